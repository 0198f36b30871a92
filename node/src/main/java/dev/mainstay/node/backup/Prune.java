package dev.mainstay.node.backup;

import dev.mainstay.node.objectstore.ObjectInfo;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Deletes backups that nobody wants any more, and files that no backup needs. Used once, by one thread; others may make and prune backups
 * of the same repository at the same time, from anywhere.
 *
 * <p>No lock is taken, since whoever holds one may die. Instead a file that no manifest names is <em>condemned</em> first, in an object
 * that says so, and deleted later:
 *
 * <ol>
 *   <li>Who makes a backup writes its mark, then reads the manifests, then what is condemned, and doesn't build on condemned files.
 *   <li>Who prunes looks at the marks, then at the manifests, then at what is condemned. It deletes condemned files that no manifest names
 *       once nobody makes a backup whose mark is older than the condemnation.
 * </ol>
 *
 * So whoever might have chosen a file before it was condemned is waited for, and his manifest seen; whoever began later doesn't choose it.
 * No key is used twice, so that nothing new is deleted in the place of something old. Which came first is told by the store's clock alone.
 */
public final class Prune {

    /** How exact the times of objects are taken to be. */
    private static final Duration STORE_PRECISION = Duration.ofSeconds(2);

    private static final int DELETED_AT_ONCE = 500;

    private final Repository repository;
    private final Settings settings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<BackupId, BackupManifest> manifests = new HashMap<>();

    /**
     * What is pruned.
     *
     * @param retention which backups stay
     * @param deadAfter how long after its last sign of life a backup that isn't whole counts as given up
     * @param grace how long condemned files stay at least, for whoever is restoring from them
     * @param dryRun whether nothing is changed
     */
    public record Settings(Retention retention, Duration deadAfter, Duration grace, boolean dryRun) {}

    /**
     * What was done, or with a dry run would be.
     *
     * @param kept whole backups that stay, by time
     * @param deleted whole backups that went, by time
     * @param givenUp backups that weren't whole, whose marks went
     * @param condemned files that no backup needs, to be deleted by a later run
     * @param deletedFiles files that went
     * @param deletedBytes what they took
     * @param waiting condemned files that stay for now
     */
    public record Result(
            List<BackupId> kept,
            List<BackupId> deleted,
            List<BackupId> givenUp,
            int condemned,
            int deletedFiles,
            long deletedBytes,
            int waiting) {

        public Result {
            kept = List.copyOf(kept);
            deleted = List.copyOf(deleted);
            givenUp = List.copyOf(givenUp);
        }
    }

    /** What nobody needs. */
    private record Unneeded(Set<String> fresh, Map<String, Long> sizes) {}

    public Prune(Repository repository, Settings settings, InstantSource clock, RandomGenerator random) {
        this.repository = repository;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Does it.
     *
     * @throws IOException before anything was deleted, if a manifest can't be read: nobody knows what it needs then
     */
    public Result run() throws IOException {
        List<Repository.Entry> entries = repository.entries();
        List<BackupId> whole = new ArrayList<>();
        for (Repository.Entry entry : entries) {
            if (entry.manifest() != null && manifest(entry.id()) != null) {
                whole.add(entry.id());
            }
        }
        Instant now = clock.instant();
        Set<BackupId> deleted = new TreeSet<>(settings.retention().without(whole, now));
        spare(whole, deleted);
        List<BackupId> givenUp = entries.stream()
                .filter(Repository.Entry::isMarked)
                .filter(entry -> entry.lastSign().plus(settings.deadAfter()).isBefore(now))
                .map(Repository.Entry::id)
                .toList();
        if (!settings.dryRun()) {
            for (BackupId id : deleted) {
                repository.forget(id);
            }
            for (BackupId id : givenUp) {
                repository.unmark(id);
            }
        }
        Unneeded unneeded = unneeded(deleted, givenUp);
        if (!settings.dryRun() && !unneeded.fresh().isEmpty()) {
            repository.condemn(BackupId.of(now, random), unneeded.fresh());
        }
        Swept swept = sweep(deleted, givenUp, unneeded.sizes());
        return new Result(
                whole.stream().filter(id -> !deleted.contains(id)).toList(),
                List.copyOf(deleted),
                givenUp,
                unneeded.fresh().size(),
                swept.files,
                swept.bytes,
                swept.waiting);
    }

    /** The newest one stays, and the newest that was seen to be good. */
    private void spare(List<BackupId> whole, Set<BackupId> deleted) throws IOException {
        if (whole.isEmpty() || deleted.isEmpty()) {
            return;
        }
        deleted.remove(whole.getLast());
        for (BackupId id : whole.reversed()) {
            Optional<Verified> verified = verified(id);
            if (verified.isPresent() && verified.get().isGood()) {
                deleted.remove(id);
                return;
            }
        }
    }

    private Optional<Verified> verified(BackupId id) throws IOException {
        try {
            return repository.verified(id);
        } catch (BackupException e) {
            return Optional.empty();
        }
    }

    private @Nullable BackupManifest manifest(BackupId id) throws IOException {
        BackupManifest known = manifests.get(id);
        if (known != null) {
            return known;
        }
        try {
            BackupManifest read = repository.manifest(id);
            manifests.put(id, read);
            return read;
        } catch (BackupException e) {
            if (e.reason() == BackupException.Reason.MISSING) {
                return null;
            }
            throw e;
        }
    }

    /** What manifests and marks name that stay. */
    private Set<String> needed(List<Repository.Entry> entries, Set<BackupId> deleted, List<BackupId> givenUp)
            throws IOException {
        Set<String> needed = new HashSet<>();
        for (Repository.Entry entry : entries) {
            if (entry.isMarked() && !givenUp.contains(entry.id())) {
                repository.sent(entry.id()).forEach(file -> needed.add(file.key()));
            }
            if (entry.manifest() != null && !deleted.contains(entry.id())) {
                BackupManifest manifest = manifest(entry.id());
                if (manifest != null) {
                    manifest.files().forEach(file -> needed.add(file.key()));
                }
            }
        }
        return needed;
    }

    /** What no manifest or mark names and nobody has condemned yet. */
    private Unneeded unneeded(Set<BackupId> deleted, List<BackupId> givenUp) throws IOException {
        List<ObjectInfo> files = new ArrayList<>();
        repository.files(files::add);
        List<Repository.Entry> entries = repository.entries();
        Set<String> needed = needed(entries, deleted, givenUp);
        Set<BackupId> underWay = new HashSet<>();
        entries.stream()
                .filter(entry -> entry.isMarked() && !givenUp.contains(entry.id()))
                .forEach(entry -> underWay.add(entry.id()));
        Set<String> condemned = repository.condemnedFiles();
        Set<String> fresh = new TreeSet<>();
        Map<String, Long> sizes = new HashMap<>();
        for (ObjectInfo file : files) {
            boolean mayBeOfOneUnderWay =
                    Repository.sender(file.key()).map(underWay::contains).orElse(true);
            if (!needed.contains(file.key()) && !mayBeOfOneUnderWay) {
                sizes.put(file.key(), file.size());
                if (!condemned.contains(file.key())) {
                    fresh.add(file.key());
                }
            }
        }
        return new Unneeded(fresh, sizes);
    }

    /** What became of condemned files. */
    private static final class Swept {
        private int files;
        private long bytes;
        private int waiting;
    }

    /** Deletes what was condemned and can't be wanted; the order of the three looks is what makes it safe. */
    private Swept sweep(Set<BackupId> deleted, List<BackupId> givenUp, Map<String, Long> sizes) throws IOException {
        List<Repository.Entry> entries = repository.entries();
        Set<String> needed = needed(entries, deleted, givenUp);
        List<Repository.Condemned> all = repository.condemned();
        Swept swept = new Swept();
        for (Repository.Condemned condemned : all) {
            List<String> goners = condemned.files().stream()
                    .filter(key -> !needed.contains(key))
                    .toList();
            if (condemned.written().plus(settings.grace()).isAfter(clock.instant())
                    || isAwaited(condemned, entries, givenUp)) {
                swept.waiting += goners.size();
                continue;
            }
            swept.files += goners.size();
            swept.bytes += goners.stream()
                    .mapToLong(key -> sizes.getOrDefault(key, 0L))
                    .sum();
            if (!settings.dryRun()) {
                for (int i = 0; i < goners.size(); i += DELETED_AT_ONCE) {
                    repository.store().delete(goners.subList(i, Math.min(goners.size(), i + DELETED_AT_ONCE)));
                }
                repository.store().delete(List.of(condemned.key()));
            }
        }
        return swept;
    }

    /** Whether somebody makes a backup who may have chosen files before they were condemned. */
    private static boolean isAwaited(
            Repository.Condemned condemned, List<Repository.Entry> entries, List<BackupId> givenUp) {
        return entries.stream()
                .filter(entry -> entry.isMarked() && !givenUp.contains(entry.id()))
                .anyMatch(entry -> entry.begun() == null
                        || !entry.begun().modified().isAfter(condemned.written().plus(STORE_PRECISION)));
    }
}
