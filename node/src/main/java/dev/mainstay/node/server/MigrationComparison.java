package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashKVResponse;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.etcdsnapshot.EtcdKvHash;
import dev.mainstay.node.etcdsnapshot.SnapshotFile;
import dev.mainstay.proto.v1.MigrationGrpc;
import dev.mainstay.proto.v1.MigrationRevision;
import dev.mainstay.proto.v1.MigrationStateRequest;
import dev.mainstay.proto.v1.MigrationStepRequest;
import io.grpc.Status;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares the keys of source and target at a revision. By history: the source's own HashKV, which covers every version since its last
 * compaction, against the same hash of a snapshot of the target; a source that is Mainstay, too, is hashed by its snapshot. By keys: every key that exists, page by page, which also names what
 * differs.
 */
final class MigrationComparison {

    /** Hashing reads everything. */
    private static final Duration HASH_LIMIT = Duration.ofMinutes(10);

    private static final int PAGE = 1_000;
    private static final int SMALLER = 10;
    private static final int MOST_NAMED = 20;
    private static final int PATIENCE_ROUNDS = 50;

    private final ToolCluster source;
    private final MigrationTarget target;
    private final Path scratch;
    private final PrintStream err;
    private final LongSupplier nanoClock;

    /** @param scratch where a snapshot can be put for a while */
    MigrationComparison(
            ToolCluster source, MigrationTarget target, Path scratch, PrintStream err, LongSupplier nanoClock) {
        this.source = source;
        this.target = target;
        this.scratch = scratch;
        this.err = err;
        this.nanoClock = nanoClock;
    }

    /**
     * What both say of a revision.
     *
     * @param compactRevision that of the source
     */
    record Hashes(long source, long target, long compactRevision, long targetCompactRevision) {

        boolean areEqual() {
            return source == target && compactRevision == targetCompactRevision;
        }
    }

    /** Compares all versions up to a revision, after compacting the target as the source is. */
    Hashes history(long revision) throws IOException {
        // Asked of the members that are in use, which so have applied everything up to now.
        var _ = source.revision();
        EtcdKvHash.Hashed here = isMainstay(source) ? ofSnapshot(source, revision) : asked(revision);
        if (here.compactRevision() > target.state().getCompactRevision()) {
            target.step(MigrationStepRequest.newBuilder()
                    .setCompact(MigrationRevision.newBuilder().setRevision(here.compactRevision())));
        }
        var _ = target.state();
        EtcdKvHash.Hashed there = ofSnapshot(target.cluster(), revision);
        return new Hashes(here.hash(), there.hash(), here.compactRevision(), there.compactRevision());
    }

    /** Members of Mainstay answer HashKV with another hash than etcd's, which they work out from what they have at hand. */
    private static boolean isMainstay(ToolCluster cluster) throws IOException {
        try {
            var _ = cluster.call(channel ->
                    MigrationGrpc.newBlockingStub(channel).state(MigrationStateRequest.getDefaultInstance()));
            return true;
        } catch (ToolCluster.Refusal e) {
            return false;
        }
    }

    private EtcdKvHash.Hashed ofSnapshot(ToolCluster cluster, long revision) throws IOException {
        Path file = scratch.resolve("compared.db");
        try {
            Files.deleteIfExists(file);
            new SnapshotSave(cluster.endpoint(), err, nanoClock).to(file);
            try (SnapshotFile snapshot = SnapshotFile.open(file)) {
                return EtcdKvHash.of(snapshot, revision);
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private EtcdKvHash.Hashed asked(long revision) throws IOException {
        HashKVResponse answer = hash(revision);
        return new EtcdKvHash.Hashed(
                Integer.toUnsignedLong(answer.getHash()), answer.getHashRevision(), answer.getCompactRevision());
    }

    /** A member of the source that lags says that the revision is still to come. */
    private HashKVResponse hash(long revision) throws IOException {
        for (int round = 0; ; round++) {
            try {
                return source.call(
                        HASH_LIMIT,
                        channel -> MaintenanceGrpc.newBlockingStub(channel)
                                .hashKV(HashKVRequest.newBuilder()
                                        .setRevision(revision)
                                        .build()));
            } catch (ToolCluster.Refusal e) {
                if (e.code() != Status.Code.OUT_OF_RANGE || round == PATIENCE_ROUNDS) {
                    throw e;
                }
                source.next();
            }
        }
    }

    /**
     * Compares every key that exists.
     *
     * @return what differs, a line each, the first few; empty if nothing does
     */
    List<String> keys(long revision) throws IOException {
        List<String> differences = new ArrayList<>();
        Pages here = new Pages(source, revision);
        Pages there = new Pages(target.cluster(), revision);
        KeyValue one = here.next();
        KeyValue other = there.next();
        while ((one != null || other != null) && differences.size() < MOST_NAMED) {
            int order = one == null ? 1 : other == null ? -1 : compare(one, other);
            if (order < 0 && one != null) {
                differences.add("key " + text(one) + " is only at the source");
                one = here.next();
            } else if (order > 0 && other != null) {
                differences.add("key " + text(other) + " is only at the target");
                other = there.next();
            } else if (one != null && other != null) {
                if (!one.equals(other)) {
                    differences.add("key " + text(one) + " differs: mod revision " + one.getModRevision() + ", version "
                            + one.getVersion() + " at the source, " + other.getModRevision() + ", "
                            + other.getVersion() + " at the target");
                }
                one = here.next();
                other = there.next();
            }
        }
        return differences;
    }

    private static int compare(KeyValue one, KeyValue other) {
        return ByteString.unsignedLexicographicalComparator().compare(one.getKey(), other.getKey());
    }

    private static String text(KeyValue kv) {
        return Bytes.wrap(kv.getKey().toByteArray()).toString();
    }

    /** All keys of a cluster in their order. */
    private static final class Pages {

        private static final ByteString FIRST = ByteString.copyFrom(new byte[1]);

        private final ToolCluster cluster;
        private final long revision;
        private ByteString from = FIRST;
        private Iterator<KeyValue> page = List.<KeyValue>of().iterator();
        private boolean more = true;
        private int limit = PAGE;

        Pages(ToolCluster cluster, long revision) {
            this.cluster = cluster;
            this.revision = revision;
        }

        @Nullable
        KeyValue next() throws IOException {
            if (!page.hasNext() && more) {
                RangeResponse answer = read();
                page = answer.getKvsList().iterator();
                more = answer.getMore() && answer.getKvsCount() > 0;
                if (more) {
                    from = answer.getKvs(answer.getKvsCount() - 1).getKey().concat(FIRST);
                }
            }
            return page.hasNext() ? page.next() : null;
        }

        /** Large values make a page too large for a message. */
        private RangeResponse read() throws IOException {
            while (true) {
                RangeRequest request = RangeRequest.newBuilder()
                        .setKey(from)
                        .setRangeEnd(FIRST)
                        .setRevision(revision)
                        .setLimit(limit)
                        .build();
                try {
                    return cluster.call(
                            channel -> KVGrpc.newBlockingStub(channel).range(request));
                } catch (ToolCluster.Refusal e) {
                    if (e.code() != Status.Code.RESOURCE_EXHAUSTED || limit == 1) {
                        throw e;
                    }
                    limit = Math.max(1, limit / SMALLER);
                }
            }
        }
    }
}
