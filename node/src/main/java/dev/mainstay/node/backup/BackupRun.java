package dev.mainstay.node.backup;

import dev.mainstay.node.backup.BackupException.Reason;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import dev.mainstay.node.snapshot.CheckpointFile;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Makes one backup. What an earlier one has sent isn't read again, and what one that broke off had sent isn't either. The manifest comes
 * last, so that a backup that breaks off never looks whole. Used once, by one thread.
 */
public final class BackupRun {

    /** So many backups are looked through for files that needn't be sent. */
    private static final int MOST_PARENTS = 20;

    private final Repository repository;
    private final Settings settings;
    private final BackupProgress progress;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * How a backup is made.
     *
     * @param owner who makes it, for people
     * @param version of Mainstay
     * @param parallel how many files are under way at a time
     * @param full whether everything is sent, whatever there is
     * @param heartbeat how often to say that the backup is still being made
     */
    public record Settings(
            String owner,
            String version,
            int parallel,
            boolean full,
            SortedMap<String, String> tags,
            Duration heartbeat) {

        public Settings {
            if (parallel < 1) {
                throw new IllegalArgumentException("a backup sends at least one file at a time");
            }
        }
    }

    /** A file that is there already, and the backup that says so. */
    private record Known(StoredFile file, Optional<BackupId> by) {}

    public BackupRun(
            Repository repository,
            Settings settings,
            BackupProgress progress,
            InstantSource clock,
            RandomGenerator random) {
        this.repository = repository;
        this.settings = settings;
        this.progress = progress;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Makes it.
     *
     * @throws IOException if it can't be made; what was sent is used by the next one, or pruned
     */
    public BackupManifest run(BackupSource source) throws IOException {
        BackupId id = BackupId.of(clock.instant(), random);
        repository.begin(id, settings.owner());
        BackupManifest manifest;
        try (Heartbeat heartbeat = new Heartbeat(repository, id, settings.heartbeat())) {
            manifest = make(id, source, heartbeat);
            heartbeat.requireFresh();
            repository.publish(manifest);
        }
        if (!repository.isBegun(id)) {
            repository.forget(id);
            repository.unmark(id);
            throw new BackupException(
                    Reason.TAKEN_AWAY,
                    "the backup took so long without a sign of life that it was pruned; nothing of it counts");
        }
        repository.unmark(id);
        return manifest;
    }

    private BackupManifest make(BackupId id, BackupSource source, Heartbeat heartbeat) throws IOException {
        Map<String, Known> known = settings.full() ? Map.of() : known(id, source.files());
        List<StoredFile> files = Collections.synchronizedList(new ArrayList<>());
        List<CheckpointFile> missing = new ArrayList<>();
        Map<BackupId, Integer> parents = new HashMap<>();
        for (CheckpointFile file : source.files()) {
            Known there = known.get(StoredFile.identity(file.fingerprint(), file.bytes()));
            if (there == null) {
                missing.add(file);
            } else {
                files.add(there.file().reusedAs(file.name()));
                there.by().ifPresent(parent -> parents.merge(parent, 1, Integer::sum));
            }
        }
        // The digest is taken beside the sending, since both are mostly the member's work.
        FutureTask<KeyspaceDigest> digest = new FutureTask<>((Callable<KeyspaceDigest>) source::digest);
        Thread digesting = Thread.ofPlatform().daemon().name("backup-digest").unstarted(digest);
        digesting.start();
        try {
            send(id, source, missing, files, heartbeat);
            progress.say("waiting for the hash of all keys");
            List<StoredFile> sorted = new ArrayList<>(files);
            sorted.sort(Comparator.comparing(StoredFile::name));
            return new BackupManifest(
                    id,
                    clock.instant(),
                    settings.version(),
                    source.origin(),
                    result(digest),
                    parents.entrySet().stream()
                            .max(Map.Entry.comparingByValue())
                            .map(Map.Entry::getKey),
                    sorted,
                    settings.tags());
        } finally {
            boolean _ = digest.cancel(true);
        }
    }

    private void send(
            BackupId id, BackupSource source, List<CheckpointFile> missing, List<StoredFile> files, Heartbeat heartbeat)
            throws IOException {
        long bytes = missing.stream().mapToLong(CheckpointFile::bytes).sum();
        progress.begin("sending " + missing.size() + " of " + source.files().size() + " files", bytes);
        FileTransfer transfer = new FileTransfer(repository, progress::add);
        Parallel.each(missing, settings.parallel(), file -> {
            StoredFile sent;
            try (var in = source.read(file)) {
                sent = transfer.send(file, in, Repository.fileKey(id, file.name()));
            }
            files.add(sent);
            heartbeat.sent(sent);
        });
    }

    private static KeyspaceDigest result(FutureTask<KeyspaceDigest> digest) throws IOException {
        try {
            return digest.get();
        } catch (ExecutionException e) {
            throw new BackupException(
                    Reason.SOURCE,
                    "the keys can't be read: " + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackupException(Reason.SOURCE, "interrupted", e);
        }
    }

    /**
     * What needn't be sent. The order matters: this backup's mark was written before, then the manifests are read, then what is condemned.
     * See {@link Prune} for why nothing that is named here can be deleted before the new manifest names it too. Files of a backup that was found to be
     * damaged are sent again, whoever else names them: a look at their size doesn't tell which of them it is.
     */
    private Map<String, Known> known(BackupId self, List<CheckpointFile> wanted) throws IOException {
        Set<String> identities = wanted.stream()
                .filter(file -> !file.fingerprint().isEmpty())
                .map(file -> StoredFile.identity(file.fingerprint(), file.bytes()))
                .collect(Collectors.toSet());
        Map<String, Known> candidates = new HashMap<>();
        Set<String> doubtful = new HashSet<>();
        int looked = 0;
        for (Repository.Entry entry : repository.entries().reversed()) {
            if (entry.id().equals(self)) {
                continue;
            }
            boolean whole = entry.manifest() != null;
            if (!whole && entry.heartbeat() == null) {
                continue;
            }
            if (looked++ == MOST_PARENTS) {
                break;
            }
            try {
                List<StoredFile> files = whole ? repository.manifest(entry.id()).files() : repository.sent(entry.id());
                if (isDamaged(entry)) {
                    progress.say("backup " + entry.id() + " is damaged: what it shares with this one is sent again");
                    files.forEach(file -> doubtful.add(file.key()));
                }
                for (StoredFile file : files) {
                    String identity = StoredFile.identity(file.fingerprint(), file.bytes());
                    if (isCurrent(file) && identities.contains(identity)) {
                        Known _ = candidates.putIfAbsent(
                                identity, new Known(file, whole ? Optional.of(entry.id()) : Optional.empty()));
                    }
                }
            } catch (BackupException e) {
                progress.say("nothing of backup " + entry.id() + " is used: " + e.getMessage());
            }
        }
        candidates.values().removeIf(known -> doubtful.contains(known.file().key()));
        return existing(candidates);
    }

    /** Whether the last check of it found something. */
    private boolean isDamaged(Repository.Entry entry) throws IOException {
        return entry.verified() != null
                && repository
                        .verified(entry.id())
                        .filter(found -> !found.isGood())
                        .isPresent();
    }

    /** Whether it is encrypted as new files would be: what a new backup needs is to need no old key. */
    private boolean isCurrent(StoredFile file) {
        return file.keyId().equals(repository.codec().keyId().orElse(""));
    }

    private Map<String, Known> existing(Map<String, Known> candidates) throws IOException {
        if (candidates.isEmpty()) {
            return candidates;
        }
        Set<String> condemned = repository.condemnedFiles();
        Map<String, Long> keys = new HashMap<>();
        candidates
                .values()
                .forEach(known -> keys.put(known.file().key(), known.file().storedBytes()));
        Set<String> there = new HashSet<>();
        repository.files(object -> {
            Long size = keys.get(object.key());
            if (size != null && size == object.size() && !condemned.contains(object.key())) {
                there.add(object.key());
            }
        });
        Map<String, Known> existing = new HashMap<>(candidates);
        existing.values().removeIf(known -> !there.contains(known.file().key()));
        return existing;
    }
}
