package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.common.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the commands of a migration in a log entry. Each begins with the id of the migration.
 *
 * <pre>
 * version = main sub tombstone key [createRevision version lease value]   the rest not for a tombstone
 * user    = name hasPassword [hash] roles
 * role    = name count (kind key rangeEnd)*
 * </pre>
 */
final class MigrationCommandCodec {

    private static final int FIRST = 35;
    private static final int BEGIN = FIRST;
    private static final int ADD_USERS = 36;
    private static final int ADD_LEASES = 37;
    private static final int DROP_LEASES = 38;
    private static final int LOAD = 39;
    private static final int COMPLETE = 40;
    private static final int FOLLOW = 41;
    private static final int FOLLOW_COMPACTION = 42;
    private static final int FINISH = 43;
    private static final int ABORT = 44;

    private static final Permission.Kind[] KINDS = Permission.Kind.values();

    private MigrationCommandCodec() {}

    /** Whether a tag is one of these. */
    static boolean isTag(int tag) {
        return tag >= FIRST && tag <= ABORT;
    }

    static void write(CommandWriter writer, MigrationCommand command) {
        writer.octet(tag(command));
        writer.number(command.migration());
        switch (command) {
            case MigrationCommand.Begin begin -> {
                writer.number(begin.source());
                writer.number(begin.revision());
                writer.number(begin.compactRevision());
            }
            case MigrationCommand.AddUsers add -> {
                writer.number(add.users().size());
                add.users().forEach(user -> write(writer, user));
                writer.number(add.roles().size());
                add.roles().forEach(role -> write(writer, role));
            }
            case MigrationCommand.AddLeases add -> {
                writer.number(add.leases().size());
                add.leases().forEach(lease -> {
                    writer.number(lease.id());
                    writer.number(lease.ttlSeconds());
                });
            }
            case MigrationCommand.DropLeases drop -> {
                writer.number(drop.leases().size());
                drop.leases().forEach(writer::number);
            }
            case MigrationCommand.Load load -> {
                writer.number(load.part());
                write(writer, load.versions());
            }
            case MigrationCommand.Complete complete -> {
                writer.number(complete.parts());
                writer.flag(complete.authEnabled());
                writer.number(complete.authRevision());
            }
            case MigrationCommand.Follow follow -> write(writer, follow.versions());
            case MigrationCommand.FollowCompaction compaction -> writer.number(compaction.revision());
            case MigrationCommand.Finish finish -> writer.number(finish.revision());
            case MigrationCommand.Abort _ -> {}
        }
    }

    private static int tag(MigrationCommand command) {
        return switch (command) {
            case MigrationCommand.Begin _ -> BEGIN;
            case MigrationCommand.AddUsers _ -> ADD_USERS;
            case MigrationCommand.AddLeases _ -> ADD_LEASES;
            case MigrationCommand.DropLeases _ -> DROP_LEASES;
            case MigrationCommand.Load _ -> LOAD;
            case MigrationCommand.Complete _ -> COMPLETE;
            case MigrationCommand.Follow _ -> FOLLOW;
            case MigrationCommand.FollowCompaction _ -> FOLLOW_COMPACTION;
            case MigrationCommand.Finish _ -> FINISH;
            case MigrationCommand.Abort _ -> ABORT;
        };
    }

    static MigrationCommand read(CommandReader reader, int tag) {
        long id = reader.number();
        if (id == 0) {
            throw new MalformedCommandException("command of a migration without an id");
        }
        return switch (tag) {
            case BEGIN -> new MigrationCommand.Begin(id, reader.number(), reader.number(), reader.number());
            case ADD_USERS ->
                new MigrationCommand.AddUsers(
                        id, list(reader, () -> readUser(reader)), list(reader, () -> readRole(reader)));
            case ADD_LEASES ->
                new MigrationCommand.AddLeases(
                        id, list(reader, () -> new MigrationCommand.LeaseFields(reader.number(), reader.number())));
            case DROP_LEASES -> new MigrationCommand.DropLeases(id, list(reader, reader::number));
            case LOAD -> new MigrationCommand.Load(id, reader.number(), list(reader, () -> readVersion(reader)));
            case COMPLETE -> new MigrationCommand.Complete(id, reader.number(), reader.flag(), reader.number());
            case FOLLOW -> new MigrationCommand.Follow(id, list(reader, () -> readVersion(reader)));
            case FOLLOW_COMPACTION -> new MigrationCommand.FollowCompaction(id, reader.number());
            case FINISH -> new MigrationCommand.Finish(id, reader.number());
            default -> new MigrationCommand.Abort(id);
        };
    }

    private static <T> List<T> list(CommandReader reader, Supplier<T> each) {
        int count = reader.count();
        List<T> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(each.get());
        }
        return list;
    }

    private static void write(CommandWriter writer, List<MigrationCommand.Version> versions) {
        writer.number(versions.size());
        for (MigrationCommand.Version version : versions) {
            KeyValue kv = version.kv();
            writer.number(version.revision().main());
            writer.number(version.revision().sub());
            writer.flag(version.tombstone());
            writer.bytes(kv.key());
            if (!version.tombstone()) {
                writer.number(kv.createRevision());
                writer.number(kv.version());
                writer.number(kv.lease());
                writer.bytes(kv.value());
            }
        }
    }

    private static MigrationCommand.Version readVersion(CommandReader reader) {
        Revision revision = new Revision(reader.number(), reader.positiveInt());
        boolean tombstone = reader.flag();
        Bytes key = reader.bytes();
        if (tombstone) {
            return new MigrationCommand.Version(
                    revision, true, new KeyValue(key, 0, revision.main(), 0, Bytes.EMPTY, 0));
        }
        long createRevision = reader.number();
        long version = reader.number();
        long lease = reader.number();
        return new MigrationCommand.Version(
                revision, false, new KeyValue(key, createRevision, revision.main(), version, reader.bytes(), lease));
    }

    private static void write(CommandWriter writer, MigrationCommand.UserFields user) {
        Bytes hash = user.passwordHash();
        MemberFields.write(writer, user.name());
        writer.flag(hash != null);
        if (hash != null) {
            writer.bytes(hash);
        }
        MemberFields.write(writer, user.roles());
    }

    private static MigrationCommand.UserFields readUser(CommandReader reader) {
        String name = MemberFields.text(reader);
        @Nullable Bytes hash = reader.flag() ? reader.bytes() : null;
        return new MigrationCommand.UserFields(name, hash, MemberFields.texts(reader));
    }

    private static void write(CommandWriter writer, MigrationCommand.RoleFields role) {
        MemberFields.write(writer, role.name());
        writer.number(role.permissions().size());
        for (Permission permission : role.permissions()) {
            writer.constant(permission.kind());
            writer.bytes(permission.key());
            writer.bytes(permission.rangeEnd());
        }
    }

    private static MigrationCommand.RoleFields readRole(CommandReader reader) {
        return new MigrationCommand.RoleFields(
                MemberFields.text(reader),
                list(reader, () -> new Permission(reader.constant(KINDS), reader.bytes(), reader.bytes())));
    }
}
