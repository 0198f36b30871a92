package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.Role;
import dev.mainstay.etcd.proto.User;
import dev.mainstay.node.etcdformat.EtcdAuth;
import dev.mainstay.node.etcdformat.EtcdLease;
import dev.mainstay.node.etcdsnapshot.SnapshotContents;
import dev.mainstay.node.mvcc.KeyVersion;
import dev.mainstay.proto.v1.MigrationBegin;
import dev.mainstay.proto.v1.MigrationComplete;
import dev.mainstay.proto.v1.MigrationLease;
import dev.mainstay.proto.v1.MigrationLeases;
import dev.mainstay.proto.v1.MigrationPart;
import dev.mainstay.proto.v1.MigrationStepRequest;
import dev.mainstay.proto.v1.MigrationUsers;
import dev.mainstay.proto.v1.MigrationVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Loads a snapshot into the target, part by part. The same snapshot always makes the same parts, so that whoever goes on knows which
 * are there already. Memory: one part.
 */
final class MigrationLoad {

    /** About how large a part is, if no single version is larger. */
    static final int PART_BYTES = 512 << 10;

    static final int PART_VERSIONS = 4_000;

    private static final int LEASES_AT_ONCE = 5_000;
    private static final int USERS_BYTES = 256 << 10;
    private static final long LONGEST_TTL_SECONDS = 9_000_000_000L;

    private final MigrationTarget target;
    private final SnapshotContents snapshot;
    private final LongConsumer progress;
    private MigrationPart.Builder part = MigrationPart.newBuilder();
    private long number = 1;
    private long bytes;
    private long versions;

    /** @param progress hears how many versions are loaded */
    MigrationLoad(MigrationTarget target, SnapshotContents snapshot, LongConsumer progress) {
        this.target = target;
        this.snapshot = snapshot;
        this.progress = progress;
    }

    /** Loads what isn't there yet. */
    void run(long source, long partsThere) throws IOException {
        target.step(MigrationStepRequest.newBuilder()
                .setBegin(MigrationBegin.newBuilder()
                        .setSource(source)
                        .setRevision(snapshot.revision())
                        .setCompactRevision(snapshot.compactRevision())));
        users();
        leases();
        snapshot.versions(version -> {
            int size = size(version);
            if (part.getVersionsCount() > 0
                    && (bytes + size > PART_BYTES || part.getVersionsCount() == PART_VERSIONS)) {
                send(partsThere);
            }
            if (number > partsThere) {
                part.addVersions(message(version));
            } else {
                part.addVersions(MigrationVersion.getDefaultInstance());
            }
            bytes += size;
            versions++;
        });
        if (part.getVersionsCount() > 0) {
            send(partsThere);
        }
        target.step(MigrationStepRequest.newBuilder()
                .setComplete(MigrationComplete.newBuilder()
                        .setParts(number - 1)
                        .setAuthEnabled(snapshot.authEnabled())
                        .setAuthRevision(snapshot.authRevision())));
    }

    private void send(long partsThere) throws IOException {
        if (number > partsThere) {
            target.step(MigrationStepRequest.newBuilder().setLoad(part.setPart(number)));
        }
        progress.accept(versions);
        number++;
        part = MigrationPart.newBuilder();
        bytes = 0;
    }

    /** Some at a time; a few more don't matter. */
    private void users() throws IOException {
        MigrationUsers.Builder some = MigrationUsers.newBuilder();
        try {
            for (var user : snapshot.users()) {
                some.addUsers(User.parseFrom(EtcdAuth.value(user)));
                some = sentIfLarge(some);
            }
            for (var role : snapshot.roles()) {
                some.addRoles(Role.parseFrom(EtcdAuth.value(role)));
                some = sentIfLarge(some);
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a user of our own making can't be read", e);
        }
        target.step(MigrationStepRequest.newBuilder().setUsers(some));
    }

    private MigrationUsers.Builder sentIfLarge(MigrationUsers.Builder some) throws IOException {
        if (some.build().getSerializedSize() < USERS_BYTES) {
            return some;
        }
        target.step(MigrationStepRequest.newBuilder().setUsers(some));
        return MigrationUsers.newBuilder();
    }

    private void leases() throws IOException {
        List<MigrationLease> leases = new ArrayList<>();
        for (EtcdLease lease : snapshot.leases()) {
            leases.add(lease(lease.id(), lease.ttlSeconds()));
        }
        add(target, leases);
    }

    /** Adds leases, or gives those that are there another TTL. */
    static void add(MigrationTarget target, List<MigrationLease> leases) throws IOException {
        for (int from = 0; from < leases.size(); from += LEASES_AT_ONCE) {
            target.step(MigrationStepRequest.newBuilder()
                    .setLeases(MigrationLeases.newBuilder()
                            .addAllLeases(leases.subList(from, Math.min(leases.size(), from + LEASES_AT_ONCE)))));
        }
    }

    static MigrationLease lease(long id, long ttlSeconds) {
        return MigrationLease.newBuilder()
                .setId(id)
                .setTtlSeconds(Math.clamp(ttlSeconds, 1, LONGEST_TTL_SECONDS))
                .build();
    }

    private static int size(KeyVersion version) {
        return version.kv().key().length() + version.kv().value().length();
    }

    private static MigrationVersion message(KeyVersion version) {
        var kv = version.kv();
        KeyValue.Builder message = KeyValue.newBuilder()
                .setKey(ByteString.copyFrom(kv.key().array()))
                .setModRevision(version.revision().main());
        if (!version.tombstone()) {
            message.setCreateRevision(kv.createRevision())
                    .setVersion(kv.version())
                    .setValue(ByteString.copyFrom(kv.value().array()))
                    .setLease(kv.lease());
        }
        return MigrationVersion.newBuilder()
                .setMain(version.revision().main())
                .setSub(version.revision().sub())
                .setTombstone(version.tombstone())
                .setKv(message)
                .build();
    }
}
