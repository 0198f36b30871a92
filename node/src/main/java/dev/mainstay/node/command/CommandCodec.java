package dev.mainstay.node.command;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.Member;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a log entry. Stateless; any thread.
 *
 * <pre>
 * entry    = 1 clockMillis count command*             a batch without an origin
 *          | 2 clockMillis body                   one batch
 *          | 3 clockMillis count body*            several, from two on
 * body     = memberId session sequence count command*  what the origin sends to the leader
 * command  = [caller] tag (1 byte) fields
 * caller   = 20 name authRevision               a user
 *          | 21                                 the cluster itself
 * </pre>
 *
 * Numbers are little-endian base-128 varints of 64 bits, byte strings carry their length before them. Exactly one byte
 * string decodes to a given batch: unknown tags, longer than needed varints, and bytes left over are refused.
 */
public final class CommandCodec {

    /** The deepest nesting of transactions in an entry, which bounds the stack that decoding needs. */
    public static final int MAX_NESTING = 128;

    /** The most that an entry's version and clock take. */
    public static final int CLOCK_BYTES = 11;

    /** Versions, the first byte of an entry. */
    static final int PLAIN = 1;

    static final int WITH_ORIGIN = 2;

    static final int SEVERAL = 3;

    static final int PUT = 1;
    static final int DELETE_RANGE = 2;
    static final int TXN = 3;
    static final int RANGE = 4;
    private static final int COMPACT = 5;
    private static final int GRANT_LEASE = 6;
    private static final int REVOKE_LEASE = 7;
    private static final int EXPIRE_LEASE = 8;
    private static final int RENEW_LEASE = 9;
    private static final int SET_ALARM = 10;
    private static final int TICK = 11;
    private static final int FOUND_CLUSTER = 12;
    private static final int ADD_MEMBER = 13;
    private static final int REMOVE_MEMBER = 14;
    private static final int UPDATE_MEMBER = 15;
    private static final int PROMOTE_MEMBER = 16;
    private static final int PUBLISH_MEMBER = 17;
    private static final int REPORT_CORRUPT = 18;
    private static final int BEGIN_STATE_HASH = 19;
    private static final int BY_USER = 20;
    private static final int BY_CLUSTER = 21;
    private static final int FORCE_NEW_CLUSTER = 34;
    private static final int MARK_ARCHIVE = 45;

    private CommandCodec() {}

    /**
     * The entry of a batch, or of several that have the same clock and each an origin.
     *
     * @throws IllegalArgumentException if transactions nest deeper than {@link #MAX_NESTING}
     */
    public static byte[] encode(List<CommandBatch> batches) {
        CommandBatch batch = batches.getFirst();
        if (!batch.origin().isNone()) {
            List<byte[]> bodies = new ArrayList<>(batches.size());
            batches.forEach(each -> bodies.add(body(each.origin(), each.commands())));
            return entry(batch.clockMillis(), bodies);
        }
        CommandWriter writer = new CommandWriter();
        writer.octet(PLAIN);
        writer.number(batch.clockMillis());
        write(writer, batch.commands());
        return writer.toByteArray();
    }

    /**
     * What an origin sends: all of an entry but the clock, which is the leader's.
     *
     * @throws IllegalArgumentException if transactions nest deeper than {@link #MAX_NESTING}
     */
    public static byte[] body(BatchOrigin origin, List<Command> commands) {
        CommandWriter writer = new CommandWriter();
        writer.number(origin.memberId());
        writer.number(origin.session());
        writer.number(origin.sequence());
        write(writer, commands);
        return writer.toByteArray();
    }

    /** The entry that bodies, at least one, become when the leader takes them. */
    public static byte[] entry(long clockMillis, List<byte[]> bodies) {
        CommandWriter writer = new CommandWriter();
        boolean several = bodies.size() > 1;
        writer.octet(several ? SEVERAL : WITH_ORIGIN);
        writer.number(clockMillis);
        if (several) {
            writer.number(bodies.size());
        }
        bodies.forEach(writer::raw);
        return writer.toByteArray();
    }

    /**
     * The batches of an entry, in the order in which they are applied.
     *
     * @throws MalformedCommandException if these bytes are anything but one whole entry
     */
    public static List<CommandBatch> decode(byte[] bytes) {
        CommandReader reader = new CommandReader(bytes);
        int version = reader.octet();
        long clockMillis = reader.number();
        List<CommandBatch> batches = switch (version) {
            case PLAIN -> List.of(new CommandBatch(clockMillis, readCommands(reader)));
            case WITH_ORIGIN -> List.of(readBody(reader, clockMillis));
            case SEVERAL -> readBodies(reader, clockMillis);
            default -> throw new MalformedCommandException("log entry of unknown version " + version);
        };
        reader.end();
        return batches;
    }

    private static List<CommandBatch> readBodies(CommandReader reader, long clockMillis) {
        int count = reader.count();
        if (count < 2) {
            throw new MalformedCommandException("log entry of several batches with " + count);
        }
        List<CommandBatch> batches = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            batches.add(readBody(reader, clockMillis));
        }
        return batches;
    }

    private static CommandBatch readBody(CommandReader reader, long clockMillis) {
        return new CommandBatch(clockMillis, readOrigin(reader), readCommands(reader));
    }

    /**
     * A body, as if taken at time 0.
     *
     * @throws MalformedCommandException if these bytes are anything but one whole body
     */
    public static CommandBatch decodeBody(byte[] bytes) {
        CommandReader reader = new CommandReader(bytes);
        CommandBatch batch = readBody(reader, 0);
        reader.end();
        return batch;
    }

    /**
     * The cluster elapsed time of an entry, in milliseconds; its first {@link #CLOCK_BYTES} are enough.
     *
     * @throws MalformedCommandException if the bytes don't begin like an entry
     */
    public static long clockMillis(byte[] bytes) {
        CommandReader reader = new CommandReader(bytes);
        reader.octet();
        return reader.number();
    }

    private static BatchOrigin readOrigin(CommandReader reader) {
        BatchOrigin origin = new BatchOrigin(reader.number(), reader.number(), reader.number());
        if (origin.isNone()) {
            throw new MalformedCommandException("origin without a member");
        }
        return origin;
    }

    private static List<Command> readCommands(CommandReader reader) {
        int count = reader.count();
        List<Command> commands = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            commands.add(read(reader));
        }
        return commands;
    }

    private static void write(CommandWriter writer, List<Command> commands) {
        writer.number(commands.size());
        for (Command command : commands) {
            write(writer, command);
        }
    }

    private static void write(CommandWriter writer, Command command) {
        switch (command) {
            case Operation.Put put -> OperationCodec.write(writer, put, 0);
            case Operation.DeleteRange delete -> OperationCodec.write(writer, delete, 0);
            case Operation.Txn txn -> OperationCodec.write(writer, txn, 0);
            case AuthCommand auth -> AuthCommandCodec.write(writer, auth);
            case MigrationCommand migration -> MigrationCommandCodec.write(writer, migration);
            case Command.By(Caller caller, Command wanted) -> {
                write(writer, caller);
                write(writer, wanted);
            }
            case Command.Compact(long revision) -> {
                writer.octet(COMPACT);
                writer.number(revision);
            }
            case Command.GrantLease(long id, long ttlSeconds) -> {
                writer.octet(GRANT_LEASE);
                writer.number(id);
                writer.number(ttlSeconds);
            }
            case Command.RevokeLease(long id) -> {
                writer.octet(REVOKE_LEASE);
                writer.number(id);
            }
            case Command.ExpireLease(long id, long deadlineMillis) -> {
                writer.octet(EXPIRE_LEASE);
                writer.number(id);
                writer.number(deadlineMillis);
            }
            case Command.RenewLease(long id, long deadlineMillis) -> {
                writer.octet(RENEW_LEASE);
                writer.number(id);
                writer.number(deadlineMillis);
            }
            case Command.SetAlarm(Alarm alarm, boolean active) -> {
                writer.octet(SET_ALARM);
                writer.number(alarm.memberId());
                writer.constant(alarm.type());
                writer.flag(active);
            }
            case Command.Tick() -> writer.octet(TICK);
            case Command.ReportCorrupt(long memberId) -> {
                writer.octet(REPORT_CORRUPT);
                writer.number(memberId);
            }
            case Command.BeginStateHash() -> writer.octet(BEGIN_STATE_HASH);
            case Command.MarkArchive mark -> {
                writer.octet(MARK_ARCHIVE);
                writer.number(mark.expectedLine());
                writer.number(mark.line());
                writer.number(mark.wallMillis());
                writer.number(mark.clockMillis());
                writer.number(mark.archivedIndex());
            }
            case Command.FoundCluster(List<Member> members) -> {
                writer.octet(FOUND_CLUSTER);
                writer.number(members.size());
                members.forEach(member -> MemberFields.write(writer, member));
            }
            case Command.AddMember(long id, List<String> peerUrls, boolean learner, int maxLearners) -> {
                writer.octet(ADD_MEMBER);
                writer.number(id);
                MemberFields.write(writer, peerUrls);
                writer.flag(learner);
                writer.number(maxLearners);
            }
            case Command.ForceNewCluster(Member member) -> {
                writer.octet(FORCE_NEW_CLUSTER);
                MemberFields.write(writer, member);
            }
            case Command.RemoveMember(long id) -> {
                writer.octet(REMOVE_MEMBER);
                writer.number(id);
            }
            case Command.UpdateMember(long id, List<String> peerUrls) -> {
                writer.octet(UPDATE_MEMBER);
                writer.number(id);
                MemberFields.write(writer, peerUrls);
            }
            case Command.PromoteMember(long id) -> {
                writer.octet(PROMOTE_MEMBER);
                writer.number(id);
            }
            case Command.PublishMember(long id, String name, List<String> clientUrls) -> {
                writer.octet(PUBLISH_MEMBER);
                writer.number(id);
                MemberFields.write(writer, name);
                MemberFields.write(writer, clientUrls);
            }
        }
    }

    private static void write(CommandWriter writer, Caller caller) {
        switch (caller) {
            case Caller.User(String name, long authRevision) -> {
                writer.octet(BY_USER);
                MemberFields.write(writer, name);
                writer.number(authRevision);
            }
            case Caller.Cluster() -> writer.octet(BY_CLUSTER);
            case Caller.Nobody() -> throw new IllegalArgumentException("a command by nobody");
        }
    }

    private static Command read(CommandReader reader) {
        int tag = reader.octet();
        return switch (tag) {
            case BY_USER -> {
                Caller user = readUser(reader);
                yield read(reader, reader.octet()).by(user);
            }
            case BY_CLUSTER -> read(reader, reader.octet()).by(Caller.CLUSTER);
            default -> read(reader, tag);
        };
    }

    private static Command read(CommandReader reader, int tag) {
        return switch (tag) {
            case PUT -> OperationCodec.readPut(reader);
            case DELETE_RANGE -> OperationCodec.readDelete(reader);
            case TXN -> OperationCodec.readTxn(reader, 0);
            case COMPACT -> new Command.Compact(reader.number());
            case GRANT_LEASE -> new Command.GrantLease(reader.number(), reader.number());
            case REVOKE_LEASE -> new Command.RevokeLease(reader.number());
            case EXPIRE_LEASE -> new Command.ExpireLease(reader.number(), reader.number());
            case RENEW_LEASE -> new Command.RenewLease(reader.number(), reader.number());
            case SET_ALARM -> readAlarm(reader);
            case TICK -> new Command.Tick();
            case REPORT_CORRUPT -> new Command.ReportCorrupt(reader.number());
            case BEGIN_STATE_HASH -> new Command.BeginStateHash();
            case MARK_ARCHIVE -> readMark(reader);
            case FOUND_CLUSTER -> new Command.FoundCluster(MemberFields.members(reader));
            case ADD_MEMBER ->
                new Command.AddMember(reader.number(), MemberFields.texts(reader), reader.flag(), reader.positiveInt());
            case FORCE_NEW_CLUSTER -> new Command.ForceNewCluster(MemberFields.member(reader));
            case REMOVE_MEMBER -> new Command.RemoveMember(reader.number());
            case UPDATE_MEMBER -> new Command.UpdateMember(reader.number(), MemberFields.texts(reader));
            case PROMOTE_MEMBER -> new Command.PromoteMember(reader.number());
            case PUBLISH_MEMBER ->
                new Command.PublishMember(reader.number(), MemberFields.text(reader), MemberFields.texts(reader));
            default ->
                MigrationCommandCodec.isTag(tag)
                        ? MigrationCommandCodec.read(reader, tag)
                        : AuthCommandCodec.read(reader, tag);
        };
    }

    private static Caller readUser(CommandReader reader) {
        String name = MemberFields.text(reader);
        if (name.isEmpty()) {
            throw new MalformedCommandException("command by a user without a name");
        }
        return new Caller.User(name, reader.number());
    }

    private static Command readMark(CommandReader reader) {
        long expectedLine = reader.number();
        long line = reader.number();
        long wallMillis = reader.number();
        long clockMillis = reader.number();
        long archivedIndex = reader.number();
        if (line == 0 || wallMillis < 0 || clockMillis < 0 || archivedIndex < 0) {
            throw new MalformedCommandException("mark of the archive out of its bounds");
        }
        return new Command.MarkArchive(expectedLine, line, wallMillis, clockMillis, archivedIndex);
    }

    private static Command readAlarm(CommandReader reader) {
        long memberId = reader.number();
        Alarm.Type type = reader.constant(CommandReader.ALARM_TYPES);
        return new Command.SetAlarm(new Alarm(memberId, type), reader.flag());
    }
}
