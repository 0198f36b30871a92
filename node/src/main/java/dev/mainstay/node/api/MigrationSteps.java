package dev.mainstay.node.api;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Role;
import dev.mainstay.etcd.proto.User;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.common.Revision;
import dev.mainstay.proto.v1.MigrationLease;
import dev.mainstay.proto.v1.MigrationStepRequest;
import dev.mainstay.proto.v1.MigrationVersion;
import java.util.ArrayList;
import java.util.List;

/** What the steps of a migration are as commands. */
final class MigrationSteps {

    private MigrationSteps() {}

    /** @throws IllegalArgumentException if a request contradicts itself, with the reason */
    static MigrationCommand command(MigrationStepRequest request) {
        long id = request.getMigration();
        require(id != 0, "a migration has an id");
        return switch (request.getStepCase()) {
            case BEGIN ->
                new MigrationCommand.Begin(
                        id,
                        request.getBegin().getSource(),
                        request.getBegin().getRevision(),
                        request.getBegin().getCompactRevision());
            case USERS ->
                new MigrationCommand.AddUsers(
                        id,
                        request.getUsers().getUsersList().stream()
                                .map(MigrationSteps::user)
                                .toList(),
                        request.getUsers().getRolesList().stream()
                                .map(MigrationSteps::role)
                                .toList());
            case LEASES ->
                new MigrationCommand.AddLeases(
                        id,
                        request.getLeases().getLeasesList().stream()
                                .map(MigrationSteps::lease)
                                .toList());
            case DROPPED_LEASES ->
                new MigrationCommand.DropLeases(id, request.getDroppedLeases().getIdsList());
            case LOAD ->
                new MigrationCommand.Load(
                        id,
                        request.getLoad().getPart(),
                        versions(request.getLoad().getVersionsList()));
            case COMPLETE ->
                new MigrationCommand.Complete(
                        id,
                        request.getComplete().getParts(),
                        request.getComplete().getAuthEnabled(),
                        request.getComplete().getAuthRevision());
            case FOLLOW ->
                new MigrationCommand.Follow(id, versions(request.getFollow().getVersionsList()));
            case COMPACT ->
                new MigrationCommand.FollowCompaction(id, request.getCompact().getRevision());
            case FINISH -> new MigrationCommand.Finish(id, request.getFinish().getRevision());
            case ABORT -> new MigrationCommand.Abort(id);
            case STEP_NOT_SET -> throw new IllegalArgumentException("a step of a kind that this member doesn't know");
        };
    }

    private static List<MigrationCommand.Version> versions(List<MigrationVersion> messages) {
        List<MigrationCommand.Version> versions = new ArrayList<>(messages.size());
        messages.forEach(message -> versions.add(version(message)));
        return versions;
    }

    private static MigrationCommand.Version version(MigrationVersion message) {
        dev.mainstay.etcd.proto.KeyValue kv = message.getKv();
        Revision revision = new Revision(message.getMain(), message.getSub());
        require(revision.main() > 1 && revision.sub() >= 0, "a version has a revision");
        require(!kv.getKey().isEmpty(), "a version has a key");
        if (message.getTombstone()) {
            return new MigrationCommand.Version(
                    revision, true, new KeyValue(bytes(kv.getKey()), 0, revision.main(), 0, Bytes.EMPTY, 0));
        }
        boolean sound = kv.getVersion() > 0 && kv.getCreateRevision() > 0 && kv.getCreateRevision() <= revision.main();
        require(sound && kv.getModRevision() == revision.main(), "a version doesn't contradict itself");
        return new MigrationCommand.Version(
                revision,
                false,
                new KeyValue(
                        bytes(kv.getKey()),
                        kv.getCreateRevision(),
                        revision.main(),
                        kv.getVersion(),
                        bytes(kv.getValue()),
                        kv.getLease()));
    }

    private static MigrationCommand.LeaseFields lease(MigrationLease message) {
        require(message.getId() != 0 && message.getTtlSeconds() > 0, "a lease has an id and a TTL");
        return new MigrationCommand.LeaseFields(message.getId(), message.getTtlSeconds());
    }

    private static MigrationCommand.UserFields user(User message) {
        require(!message.getName().isEmpty(), "a user has a name");
        return new MigrationCommand.UserFields(
                message.getName().toStringUtf8(),
                message.getOptions().getNoPassword() ? null : bytes(message.getPassword()),
                message.getRolesList());
    }

    private static MigrationCommand.RoleFields role(Role message) {
        require(!message.getName().isEmpty(), "a role has a name");
        return new MigrationCommand.RoleFields(
                message.getName().toStringUtf8(),
                message.getKeyPermissionList().stream()
                        .map(permission -> new Permission(
                                switch (permission.getPermType()) {
                                    case READ -> Permission.Kind.READ;
                                    case WRITE -> Permission.Kind.WRITE;
                                    case READWRITE -> Permission.Kind.READWRITE;
                                    case UNRECOGNIZED ->
                                        throw new IllegalArgumentException("a permission is of a known kind");
                                },
                                bytes(permission.getKey()),
                                bytes(permission.getRangeEnd())))
                        .toList());
    }

    private static Bytes bytes(ByteString from) {
        return Bytes.wrap(from.toByteArray());
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
