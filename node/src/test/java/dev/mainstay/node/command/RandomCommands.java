package dev.mainstay.node.command;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.common.Permission;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Commands drawn by lot from a small world of keys and leases, so that they meet each other. */
public final class RandomCommands {

    private static final int KEYS = 8;
    private static final int LEASES = 4;

    private final Random random;

    public RandomCommands(Random random) {
        this.random = random;
    }

    /** A batch of up to eight commands. */
    public CommandBatch batch(long clockMillis, long revision) {
        List<Command> commands = new ArrayList<>();
        int count = random.nextInt(9);
        for (int i = 0; i < count; i++) {
            commands.add(command(revision));
        }
        BatchOrigin origin = random.nextInt(3) == 0
                ? BatchOrigin.NONE
                : new BatchOrigin(1 + random.nextInt(3), 1 + random.nextInt(2), 1 + random.nextInt(200));
        return new CommandBatch(clockMillis, origin, commands);
    }

    /** Any command, of anybody; {@code revision} is about where the store stands. */
    public Command command(long revision) {
        Command command = random.nextInt(16) == 0 ? auth() : unsigned(revision);
        return switch (random.nextInt(8)) {
            case 0 -> command.by(new Caller.User(user(), random.nextInt(40)));
            case 1 -> command.by(Caller.CLUSTER);
            default -> command;
        };
    }

    private AuthCommand auth() {
        return switch (random.nextInt(16)) {
            case 0 -> new AuthCommand.Enable();
            case 1 -> new AuthCommand.DeleteUser(user());
            case 2 -> new AuthCommand.SetPassword(user(), value());
            case 3 -> new AuthCommand.GrantRole(user(), role());
            case 4 -> new AuthCommand.RevokeRole(user(), role());
            case 5 -> new AuthCommand.AddRole(role());
            case 6 -> new AuthCommand.DeleteRole(role());
            case 7 -> new AuthCommand.GrantPermission(role(), random.nextInt(9) == 0 ? null : permission());
            case 8 -> new AuthCommand.RevokePermission(role(), key(), Bytes.EMPTY);
            case 9 -> new AuthCommand.IssueToken(user(), random.nextInt(40), value());
            case 10, 11, 12 -> new AuthCommand.AddUser(user(), random.nextInt(4) == 0 ? null : value());
            default -> new AuthCommand.Disable();
        };
    }

    private String user() {
        return random.nextInt(3) == 0 ? "root" : "u" + random.nextInt(3);
    }

    private String role() {
        return random.nextInt(3) == 0 ? "root" : "r" + random.nextInt(3);
    }

    private Permission permission() {
        Bytes end = random.nextBoolean() ? Bytes.EMPTY : random.nextBoolean() ? key() : Bytes.wrap(new byte[] {0});
        return new Permission(anyOf(Permission.Kind.values()), key(), end);
    }

    private Command unsigned(long revision) {
        return switch (random.nextInt(24)) {
            case 0, 1, 2, 3, 4, 5, 6 -> put();
            case 7, 8 -> new Operation.DeleteRange(range(), random.nextBoolean());
            case 9, 10, 11, 12 -> txn(revision, 0);
            case 13 -> new Command.Compact(revision - random.nextInt(10));
            case 14 -> new Command.GrantLease(lease(), 1 + random.nextInt(100));
            case 15 -> new Command.RevokeLease(lease());
            case 16 -> new Command.ExpireLease(lease(), random.nextInt(100_000));
            case 17 -> new Command.RenewLease(lease(), random.nextInt(200_000));
            case 18 ->
                new Command.SetAlarm(
                        new Alarm(random.nextLong(), random.nextInt(4) == 0 ? Alarm.Type.CORRUPT : Alarm.Type.NOSPACE),
                        random.nextInt(10) == 0);
            case 19, 20 -> memberChange();
            case 21 ->
                random.nextBoolean() ? new Command.ReportCorrupt(1L + random.nextInt(4)) : new Command.BeginStateHash();
            case 22 ->
                new Command.MarkArchive(
                        random.nextInt(3),
                        1L + random.nextInt(2),
                        random.nextInt(10_000),
                        random.nextInt(10_000),
                        random.nextInt(20));
            default -> new Command.Tick();
        };
    }

    private Command memberChange() {
        long id = 1L + random.nextInt(4);
        return switch (random.nextInt(7)) {
            case 6 -> new Command.ForceNewCluster(new Member(id, "m" + id, urls(), List.of(), random.nextBoolean()));
            case 0 -> new Command.FoundCluster(List.of(new Member(id, "m" + id, urls(), List.of(), false)));
            case 1 -> new Command.AddMember(id, urls(), random.nextBoolean(), random.nextInt(3));
            case 2 -> new Command.RemoveMember(id);
            case 3 -> new Command.UpdateMember(id, urls());
            case 4 -> new Command.PromoteMember(id);
            default -> new Command.PublishMember(id, "m" + random.nextInt(3), urls());
        };
    }

    private List<String> urls() {
        return List.of("http://m:" + random.nextInt(5), "http://n:" + random.nextInt(100))
                .subList(random.nextInt(2), 2);
    }

    /** A transaction nested at most twice. */
    public Operation.Txn txn(long revision, int depth) {
        List<Comparison> comparisons = new ArrayList<>();
        int count = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            comparisons.add(comparison(revision));
        }
        return new Operation.Txn(comparisons, branch(revision, depth), branch(revision, depth));
    }

    private List<Operation> branch(long revision, int depth) {
        List<Operation> operations = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            operations.add(
                    switch (random.nextInt(depth < 2 ? 4 : 3)) {
                        case 0 -> put();
                        case 1 -> new Operation.DeleteRange(range(), random.nextBoolean());
                        case 2 -> new Operation.Range(query(revision));
                        default -> txn(revision, depth + 1);
                    });
        }
        return operations;
    }

    private Operation.Put put() {
        boolean ignoreValue = random.nextInt(8) == 0;
        boolean ignoreLease = random.nextInt(8) == 0;
        return new Operation.Put(
                key(),
                ignoreValue ? Bytes.EMPTY : value(),
                ignoreLease || random.nextBoolean() ? 0 : lease(),
                random.nextBoolean(),
                ignoreValue,
                ignoreLease);
    }

    private RangeQuery query(long revision) {
        return new RangeQuery(
                range(),
                random.nextInt(4) - 1,
                switch (random.nextInt(6)) {
                    case 0 -> revision - random.nextInt(5);
                    case 1 -> random.nextInt(5) - 5;
                    default -> 0;
                },
                anyOf(RangeQuery.SortOrder.values()),
                anyOf(RangeQuery.SortTarget.values()),
                random.nextInt(4) == 0,
                random.nextInt(4) == 0,
                random.nextInt(5) == 0 ? revision / 2 : 0,
                0,
                0,
                random.nextInt(5) == 0 ? revision : 0);
    }

    private Comparison comparison(long revision) {
        return new Comparison(
                range(),
                anyOf(Comparison.Target.values()),
                anyOf(Comparison.Result.values()),
                random.nextBoolean() ? random.nextInt(3) : revision - random.nextInt(10),
                value());
    }

    private KeyRange range() {
        return switch (random.nextInt(6)) {
            case 0 -> new KeyRange(key(), null);
            case 1, 2 -> new KeyRange(key(), key());
            default -> KeyRange.single(key());
        };
    }

    private Bytes key() {
        return Bytes.utf8("k" + random.nextInt(KEYS));
    }

    private Bytes value() {
        byte[] value = new byte[random.nextInt(4)];
        random.nextBytes(value);
        return Bytes.wrap(value);
    }

    private long lease() {
        return 1L + random.nextInt(LEASES);
    }

    private <E> E anyOf(E[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
