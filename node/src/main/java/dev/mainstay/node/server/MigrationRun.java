package dev.mainstay.node.server;

import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.node.etcdsnapshot.SnapshotContents;
import dev.mainstay.node.etcdsnapshot.SnapshotFile;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.proto.v1.MigrationPhase;
import dev.mainstay.proto.v1.MigrationRevision;
import dev.mainstay.proto.v1.MigrationStateResponse;
import dev.mainstay.proto.v1.MigrationStepRequest;
import dev.mainstay.proto.v1.MigrationVersion;
import dev.mainstay.proto.v1.MigrationVersions;
import io.grpc.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Migrates a cluster: loads a snapshot, follows the source, and leaves it once both are equal. It may end anywhere, also by a kill, and
 * be started again: the target knows how far it is. The source is read only. Owned by one thread.
 */
final class MigrationRun {

    /** What the process ends with when both sides differ. */
    static final int DIFFERENT = 2;

    private static final long POLL_MILLIS = 200;
    private static final long PAUSE_MILLIS = 500;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long COMPACTION_MILLIS = 2_000;
    private static final long FIRST_REVISION = 2;
    private static final int FOLLOW_BYTES = 512 << 10;
    private static final int FOLLOW_VERSIONS = 2_000;
    private static final int ID_BYTES = Long.BYTES;

    private final ToolCluster source;
    private final MigrationTarget target;
    private final Wishes wishes;
    private final MigrationNews news;
    private final PrintStream err;
    private final LongSupplier nanoClock;
    private final MigrationLeases leases;

    /**
     * How it is to go.
     *
     * @param scratch where snapshots are put
     * @param quiet for how long the source must not have moved
     * @param keysOnly whether it is enough that all keys which exist are equal, whatever their history
     * @param ignoreUsers whether users and roles may have changed since the snapshot
     * @param leave whether the source is to be left now; asked while following
     */
    record Wishes(Path scratch, Duration quiet, boolean keysOnly, boolean ignoreUsers, BooleanSupplier leave) {}

    MigrationRun(
            ToolCluster source,
            MigrationTarget target,
            Wishes wishes,
            MigrationNews news,
            PrintStream err,
            LongSupplier nanoClock) {
        this.source = source;
        this.target = target;
        this.wishes = wishes;
        this.news = news;
        this.err = err;
        this.nanoClock = nanoClock;
        this.leases = new MigrationLeases(source, target);
    }

    /** Goes on from wherever it is; the exit code. */
    int run() throws IOException, InterruptedException {
        long sourceRevision = source.revision();
        long sourceId = status(source).getHeader().getClusterId();
        MigrationStateResponse state = target.state();
        if (state.getClusterId() == sourceId) {
            throw ToolException.failed("--from and --to are the same cluster, " + MemberId.hex(sourceId));
        }
        if (state.getPhase() != MigrationPhase.NONE && state.getSource() != sourceId) {
            throw ToolException.failed("the target is being migrated from cluster " + MemberId.hex(state.getSource())
                    + ", and --from is cluster " + MemberId.hex(sourceId));
        }
        switch (state.getPhase()) {
            case NONE -> begin(sourceId);
            case LOADING -> goOnLoading(state, sourceId);
            case FOLLOWING -> {
                if (sourceRevision < state.getRevision()) {
                    throw ToolException.failed("the source is at revision " + sourceRevision + ", and the target at "
                            + state.getRevision() + " already: the source isn't what it was."
                            + " Abort this migration (--abort) and start anew.");
                }
                news.event("following", "going on from revision " + state.getRevision());
            }
            case FINISHED -> {
                news.result(
                        new JsonObject().put("phase", "finished").put("revision", state.getRevision()),
                        "this migration is finished already");
                return 0;
            }
            case ABORTED, UNRECOGNIZED ->
                throw ToolException.failed(
                        "the migration into " + target.cluster().name() + " was given up."
                                + " Stop its members, empty their data directories, and start anew.");
        }
        target.of(target.state().getMigration());
        return follow();
    }

    private void begin(long sourceId) throws IOException {
        Files.createDirectories(wishes.scratch());
        Path file = file();
        Files.deleteIfExists(file);
        news.event("snapshot", "saving a snapshot of " + source.name());
        var _ = source.revision();
        new SnapshotSave(source.endpoint(), err, nanoClock).to(file);
        target.of(idOf(file));
        load(file, sourceId, 0);
    }

    private void goOnLoading(MigrationStateResponse state, long sourceId) throws IOException {
        Path file = file();
        if (!Files.exists(file) || idOf(file) != state.getMigration()) {
            throw ToolException.failed("a snapshot is being loaded that isn't " + file
                    + ": go on with the same --scratch, or abort this migration (--abort) and start anew");
        }
        target.of(state.getMigration());
        news.event("loading", "going on after " + state.getParts() + " parts");
        load(file, sourceId, state.getParts());
    }

    private void load(Path path, long sourceId, long partsThere) throws IOException {
        try (SnapshotFile file = SnapshotFile.open(path)) {
            file.requireHash();
            long total = file.status().totalKeys();
            SnapshotContents contents = SnapshotContents.of(file);
            news.event(
                    "loading",
                    "loading revision " + contents.revision() + " with "
                            + contents.leases().size() + " leases, "
                            + contents.users().size() + " users, "
                            + contents.roles().size() + " roles");
            new MigrationLoad(target, contents, done -> news.progress("loading", done, total, "entries"))
                    .run(sourceId, partsThere);
        }
        Files.deleteIfExists(path);
        news.event("following", "the snapshot is loaded; following the source");
    }

    private Path file() {
        return wishes.scratch().resolve("source.db");
    }

    /** The end of its hash tells one snapshot from another. */
    private static long idOf(Path file) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            if (in.length() < ID_BYTES) {
                return 0;
            }
            in.seek(in.length() - ID_BYTES);
            long id = in.readLong();
            return id == 0 ? 1 : id;
        }
    }

    /** What is known of the source while it is followed. */
    private static final class Sight {
        private long revision;
        private long sourceRevision;
        private long lookedNanos;
        private long movedNanos;
        private long compactRevision;
        private long roundNanos;
        private boolean toldToStop;
    }

    private int follow() throws IOException, InterruptedException {
        leases.open();
        Sight sight = new Sight();
        sight.revision = target.state().getRevision();
        sight.sourceRevision = source.revision();
        sight.lookedNanos = nanoClock.getAsLong();
        sight.movedNanos = sight.lookedNanos;
        sight.roundNanos = sight.lookedNanos;
        while (true) {
            try (MigrationFeed feed = new MigrationFeed(source.channel(), sight.revision + 1)) {
                while (true) {
                    take(feed, sight);
                    look(sight);
                    if (sight.revision == sight.sourceRevision
                            && wishes.leave().getAsBoolean()
                            && sight.lookedNanos - sight.movedNanos
                                    >= wishes.quiet().toNanos()
                            && leave(sight)) {
                        return 0;
                    }
                }
            } catch (MigrationFeed.EndedException e) {
                news.event("following", e.getMessage() + "; going on elsewhere");
                source.next();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                // Waits until there is somebody to ask.
                sight.sourceRevision = source.revision();
            } catch (MigrationFeed.CompactedException e) {
                throw ToolException.failed("the source is compacted up to revision " + e.revision()
                        + ", and the target has got to " + sight.revision
                        + " only: what is between is lost to it. Abort this migration (--abort), empty the data directories"
                        + " of the target, and start anew; meanwhile let the source compact less.");
            } catch (DifferentException e) {
                news.result(
                        new JsonObject()
                                .put("phase", "different")
                                .put("revision", sight.revision)
                                .put("differences", new JsonArray(e.differences())),
                        "source and target differ, so the source isn't left:\n  " + String.join("\n  ", e.differences())
                                + "\n" + e.getMessage());
                return DIFFERENT;
            }
        }
    }

    /** Takes over what has come so far, a step's worth of it. */
    private void take(MigrationFeed feed, Sight sight)
            throws IOException, InterruptedException, MigrationFeed.EndedException, MigrationFeed.CompactedException {
        List<MigrationVersion> versions = new ArrayList<>();
        long bytes = 0;
        long last = sight.revision;
        while (bytes < FOLLOW_BYTES && versions.size() < FOLLOW_VERSIONS) {
            List<MigrationVersion> revision = feed.poll(versions.isEmpty() ? POLL_MILLIS : 0);
            if (revision == null) {
                break;
            }
            versions.addAll(revision);
            last = revision.getFirst().getMain();
            for (MigrationVersion version : revision) {
                bytes += version.getKv().getSerializedSize();
            }
        }
        if (versions.isEmpty()) {
            return;
        }
        leases.grantFor(versions);
        try {
            sight.revision = target.step(MigrationStepRequest.newBuilder()
                    .setFollow(MigrationVersions.newBuilder().addAllVersions(versions)));
        } catch (ToolCluster.Refusal e) {
            if (e.code() == Status.Code.INVALID_ARGUMENT || e.code() == Status.Code.RESOURCE_EXHAUSTED) {
                throw ToolException.failed("the target doesn't take revision " + last + " of the source, "
                        + ToolOutput.size(bytes) + " large: " + e.getMessage()
                        + ". Start its members with a larger --max-request-bytes, and this tool again.");
            }
            throw e;
        }
        if (sight.revision < last) {
            throw ToolException.failed("the target stands at revision " + sight.revision + " after taking " + last);
        }
    }

    private void look(Sight sight) throws IOException, InterruptedException {
        long now = nanoClock.getAsLong();
        if (now - sight.lookedNanos < LOOK_NANOS) {
            return;
        }
        long before = sight.sourceRevision;
        sight.sourceRevision = Math.max(source.revision(), sight.revision);
        sight.lookedNanos = nanoClock.getAsLong();
        if (sight.sourceRevision != before) {
            sight.movedNanos = sight.lookedNanos;
        }
        if (sight.lookedNanos - sight.roundNanos > ROUND_NANOS) {
            int _ = leases.settle();
            followCompaction(sight);
            sight.roundNanos = sight.lookedNanos;
        }
        boolean waits = wishes.leave().getAsBoolean()
                && sight.lookedNanos - sight.movedNanos < wishes.quiet().toNanos();
        if (waits && !sight.toldToStop) {
            sight.toldToStop = true;
            news.event(
                    "following",
                    "waiting until nobody writes to the source for "
                            + wishes.quiet().toMillis() + " ms");
        }
        news.lag(sight.sourceRevision, sight.revision, () -> waits ? "; the source is still being written to" : "");
    }

    /** A watch of what is compacted is refused with the compact revision, which nothing else tells as cheaply. */
    private void followCompaction(Sight sight) throws IOException, InterruptedException {
        try (MigrationFeed feed = new MigrationFeed(source.channel(), FIRST_REVISION)) {
            var _ = feed.poll(COMPACTION_MILLIS);
        } catch (MigrationFeed.EndedException e) {
            news.event("following", "the source doesn't say up to where it is compacted: " + e.getMessage());
        } catch (MigrationFeed.CompactedException e) {
            if (e.revision() > sight.compactRevision && e.revision() <= sight.revision) {
                var _ = target.step(MigrationStepRequest.newBuilder()
                        .setCompact(MigrationRevision.newBuilder().setRevision(e.revision())));
                sight.compactRevision = e.revision();
            }
        }
    }

    /** Both sides hold something else. */
    private static final class DifferentException extends IOException {

        private static final long serialVersionUID = 1;

        private final transient List<String> differences;

        DifferentException(List<String> differences, String advice) {
            super(advice);
            this.differences = List.copyOf(differences);
        }

        List<String> differences() {
            return differences;
        }
    }

    /** Compares, and opens the target unless the source has moved meanwhile; whether it has done so. */
    private boolean leave(Sight sight) throws IOException {
        long revision = sight.revision;
        news.event("comparing", "comparing both at revision " + revision);
        int leaseCount = leases.settle();
        List<String> users = new MigrationUsers(source, target.cluster()).differences();
        if (!users.isEmpty() && !wishes.ignoreUsers()) {
            throw new DifferentException(
                    users,
                    "Users and roles are copied with the snapshot only. Put the source back to what it was, or start anew,"
                            + " or go on with --ignore-users and make these changes at the target afterwards.");
        }
        MigrationComparison comparison = new MigrationComparison(source, target, wishes.scratch(), err, nanoClock);
        Files.createDirectories(wishes.scratch());
        MigrationComparison.Hashes hashes = comparison.history(revision);
        if (!hashes.areEqual() || wishes.keysOnly()) {
            requireEqualKeys(comparison, revision, hashes);
        }
        List<String> hanging = leases.differences();
        if (source.revision() != revision) {
            news.event("following", "the source has been written to while it was compared; following it on");
            return false;
        }
        if (!hanging.isEmpty()) {
            throw new DifferentException(hanging, "Abort this migration (--abort) and start anew.");
        }
        var _ = target.step(MigrationStepRequest.newBuilder()
                .setFinish(MigrationRevision.newBuilder().setRevision(revision)));
        long pauseMillis = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - sight.movedNanos);
        finished(revision, hashes, leaseCount, users, pauseMillis);
        return true;
    }

    private void requireEqualKeys(MigrationComparison comparison, long revision, MigrationComparison.Hashes hashes)
            throws IOException {
        List<String> differences = comparison.keys(revision);
        if (!differences.isEmpty()) {
            throw new DifferentException(differences, "Abort this migration (--abort) and start anew.");
        }
        if (!wishes.keysOnly()) {
            throw new DifferentException(
                    List.of("the hash over all history is " + Long.toHexString(hashes.source())
                            + " at the source, compacted at "
                            + hashes.compactRevision() + ", and " + Long.toHexString(hashes.target())
                            + " at the target, compacted at " + hashes.targetCompactRevision()),
                    "Every key that exists is equal, with its revisions, version and lease; --compare keys is content with"
                            + " that.");
        }
    }

    private void finished(
            long revision, MigrationComparison.Hashes hashes, int leaseCount, List<String> users, long pauseMillis) {
        long late;
        try {
            late = source.revision() - revision;
        } catch (IOException e) {
            late = 0;
            news.event("finished", "the source can't be asked whether it was written to meanwhile: " + e.getMessage());
        }
        StringBuilder text = new StringBuilder("finished at revision " + revision + ": " + leaseCount
                + " leases, contents equal"
                + (hashes.areEqual() ? " (hash " + Long.toHexString(hashes.target()) + ")" : " (keys only)")
                + "; nothing was written for " + pauseMillis + " ms");
        users.forEach(user -> text.append("\nto be done by hand: ").append(user));
        if (late > 0) {
            text.append("\nWARNING: the source was written to after that, ")
                    .append(late)
                    .append(" revisions: these are not here. Stop what still writes to it.");
        }
        news.result(
                new JsonObject()
                        .put("phase", "finished")
                        .put("revision", revision)
                        .put("hash", hashes.target())
                        .put("hashesEqual", hashes.areEqual())
                        .put("leases", leaseCount)
                        .put("pauseMillis", pauseMillis)
                        .put("revisionsAfter", late)
                        .put("byHand", new JsonArray(users)),
                text.toString());
    }

    /** What a member says of itself. */
    static StatusResponse status(ToolCluster cluster) throws IOException {
        return cluster.call(
                channel -> MaintenanceGrpc.newBlockingStub(channel).status(StatusRequest.getDefaultInstance()));
    }
}
