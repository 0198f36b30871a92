package dev.mainstay.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.testing.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommandCodecTest {

    @Seeds(500)
    void whatIsWrittenIsRead(long seed) {
        Random random = new Random(seed);
        List<CommandBatch> batches = batches(random, random.nextLong());

        assertThat(CommandCodec.decode(CommandCodec.encode(batches))).isEqualTo(batches);
    }

    @Seeds(200)
    void noBatchIsAPrefixOfAnother(long seed) {
        Random random = new Random(seed);
        byte[] whole = CommandCodec.encode(batches(random, seed));

        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> CommandCodec.decode(part)).isInstanceOf(MalformedCommandException.class);
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> CommandCodec.decode(longer)).isInstanceOf(MalformedCommandException.class);
    }

    @Seeds(500)
    void damageIsRefusedOrIsTheOnlyFormOfAnotherBatch(long seed) {
        Random random = new Random(seed);
        byte[] bytes = CommandCodec.encode(batches(random, seed));
        for (int i = 0; i < 20; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(CommandCodec.encode(CommandCodec.decode(damaged))).isEqualTo(damaged);
            } catch (MalformedCommandException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void versionOneIsStillRead() throws IOException {
        byte[] fixture = fixture("format/command-batch-v1.hex");

        assertThat(CommandCodec.decode(fixture)).containsExactly(oneOfEachOfVersionOne());
        assertThat(CommandCodec.encode(List.of(oneOfEachOfVersionOne()))).isEqualTo(fixture);
    }

    @Test
    void versionTwoIsStillRead() throws IOException {
        byte[] fixture = fixture("format/command-batch-v2.hex");
        CommandBatch batch = new CommandBatch(
                1_234_567,
                new BatchOrigin(0x8e9e05c52164694dL, 1_790_000_000_000L, 300),
                oneOfEach().commands());

        assertThat(CommandCodec.decode(fixture)).containsExactly(batch);
        assertThat(CommandCodec.encode(List.of(batch))).isEqualTo(fixture);
    }

    @Test
    void versionThreeIsStillRead() throws IOException {
        byte[] fixture = fixture("format/command-batch-v3.hex");
        List<CommandBatch> batches = List.of(
                new CommandBatch(
                        1_234_567,
                        new BatchOrigin(0x8e9e05c52164694dL, 1_790_000_000_000L, 300),
                        oneOfEach().commands()),
                new CommandBatch(1_234_567, new BatchOrigin(7, 1, 1), List.of()),
                new CommandBatch(1_234_567, new BatchOrigin(8, 2, 3), List.of(new Command.Tick())));

        assertThat(CommandCodec.decode(fixture)).isEqualTo(batches);
        assertThat(CommandCodec.encode(batches)).isEqualTo(fixture);
    }

    @Test
    void callersAndWhatIsChangedAboutThemAreStillRead() throws IOException {
        byte[] fixture = fixture("format/command-batch-v1-auth.hex");
        Bytes hash = Bytes.utf8("$2a$");
        Permission permission = new Permission(Permission.Kind.READWRITE, Bytes.utf8("k"), Bytes.wrap(new byte[] {0}));
        CommandBatch batch = new CommandBatch(
                1_234_567,
                List.of(
                        new AuthCommand.Enable(),
                        new AuthCommand.Disable(),
                        new AuthCommand.AddUser("größer", hash),
                        new AuthCommand.AddUser("cert", null),
                        new AuthCommand.DeleteUser("ann"),
                        new AuthCommand.SetPassword("ann", hash),
                        new AuthCommand.GrantRole("ann", "r"),
                        new AuthCommand.RevokeRole("ann", "r"),
                        new AuthCommand.AddRole("r"),
                        new AuthCommand.DeleteRole("r"),
                        new AuthCommand.GrantPermission("r", permission),
                        new AuthCommand.GrantPermission("r", null),
                        new AuthCommand.RevokePermission("r", Bytes.utf8("k"), Bytes.EMPTY),
                        new AuthCommand.IssueToken("ann", 300, hash),
                        new Command.RevokeLease(7).by(new Caller.User("ann", 300)),
                        new Command.Compact(5).by(Caller.CLUSTER)));

        assertThat(CommandCodec.encode(List.of(batch))).isEqualTo(fixture);
        assertThat(CommandCodec.decode(fixture)).containsExactly(batch);
    }

    @Test
    void migrationsAreStillRead() throws IOException {
        byte[] fixture = fixture("format/command-batch-v1-migration.hex");
        Bytes key = Bytes.utf8("k");
        var put = new MigrationCommand.Version(
                new Revision(300, 2), false, new KeyValue(key, 7, 300, 4, Bytes.utf8("v"), 0x1234));
        var tombstone =
                new MigrationCommand.Version(new Revision(301, 0), true, new KeyValue(key, 0, 301, 0, Bytes.EMPTY, 0));
        var user = new MigrationCommand.UserFields("ann", Bytes.utf8("$2a$"), List.of("r"));
        var byCertificate = new MigrationCommand.UserFields("cert", null, List.of());
        var role =
                new MigrationCommand.RoleFields("r", List.of(new Permission(Permission.Kind.WRITE, key, Bytes.EMPTY)));
        CommandBatch batch = new CommandBatch(
                1_234_567,
                List.of(
                        new MigrationCommand.Begin(9, -5, 300, -1),
                        new MigrationCommand.AddUsers(9, List.of(user, byCertificate), List.of(role)),
                        new MigrationCommand.AddLeases(9, List.of(new MigrationCommand.LeaseFields(0x1234, 60))),
                        new MigrationCommand.DropLeases(9, List.of(0x1234L, -1L)),
                        new MigrationCommand.Load(9, 1, List.of(put, tombstone)),
                        new MigrationCommand.Complete(9, 1, true, 12),
                        new MigrationCommand.Follow(9, List.of(put)),
                        new MigrationCommand.FollowCompaction(9, 300),
                        new MigrationCommand.Finish(9, 301).by(new Caller.User("root", 12)),
                        new MigrationCommand.Abort(-9)));

        assertThat(CommandCodec.encode(List.of(batch))).isEqualTo(fixture);
        assertThat(CommandCodec.decode(fixture)).containsExactly(batch);
    }

    @Test
    void severalBatchesAreAtLeastTwo() {
        byte[] body = CommandCodec.body(new BatchOrigin(1, 1, 1), List.of(new Command.Tick()));
        byte[] entry = CommandCodec.entry(5, List.of(body, body));
        int afterFirst = entry.length - body.length;
        byte[] one = Arrays.copyOf(entry, afterFirst);
        one[2] = 1;

        assertThatThrownBy(() -> CommandCodec.decode(one))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("several batches with 1");
    }

    @Seeds(100)
    void leaderCanTakeABodyAtAnyTime(long seed) {
        Random random = new Random(seed);
        CommandBatch batch = new RandomCommands(random).batch(random.nextLong(), 50);
        BatchOrigin origin = new BatchOrigin(1 + random.nextInt(9), random.nextLong(), random.nextLong());
        byte[] body = CommandCodec.body(origin, batch.commands());

        byte[] entry = CommandCodec.entry(batch.clockMillis(), List.of(body));

        CommandBatch whole = new CommandBatch(batch.clockMillis(), origin, batch.commands());
        assertThat(CommandCodec.decode(entry)).containsExactly(whole);
        assertThat(CommandCodec.clockMillis(Arrays.copyOf(entry, Math.min(entry.length, CommandCodec.CLOCK_BYTES))))
                .isEqualTo(batch.clockMillis());
        assertThat(CommandCodec.decodeBody(body)).isEqualTo(whole.at(0));
    }

    @Test
    void anUnknownVersionIsRefused() {
        byte[] bytes = CommandCodec.encode(List.of(oneOfEach()));
        bytes[0] = 4;

        assertThatThrownBy(() -> CommandCodec.decode(bytes))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("version 4");
    }

    @Test
    void nestingIsBoundedBothWays() {
        assertThat(CommandCodec.decode(CommandCodec.encode(List.of(nested(CommandCodec.MAX_NESTING)))))
                .containsExactly(nested(CommandCodec.MAX_NESTING));
        assertThatThrownBy(() -> CommandCodec.encode(List.of(nested(CommandCodec.MAX_NESTING + 1))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** One batch, or several that each have an origin. */
    private static List<CommandBatch> batches(Random random, long clockMillis) {
        int count = 1 + random.nextInt(4);
        List<CommandBatch> batches = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            List<Command> commands = new RandomCommands(random)
                    .batch(clockMillis, random.nextInt(50))
                    .commands();
            BatchOrigin origin = count == 1 && random.nextBoolean()
                    ? BatchOrigin.NONE
                    : new BatchOrigin(1 + random.nextInt(9), random.nextLong(), random.nextLong());
            batches.add(new CommandBatch(clockMillis, origin, commands));
        }
        return batches;
    }

    private static CommandBatch nested(int depth) {
        Operation.Txn txn = new Operation.Txn(List.of(), List.of(), List.of());
        for (int i = 1; i < depth; i++) {
            txn = new Operation.Txn(List.of(), List.of(txn), List.of());
        }
        return new CommandBatch(0, List.of(txn));
    }

    @Test
    void forcedClusterIsReadAsItWasWritten() {
        Member member = new Member(-1, "größer", List.of("http://a:1"), List.of(), true);
        List<CommandBatch> batch = List.of(new CommandBatch(0, List.of(new Command.ForceNewCluster(member))));

        assertThat(CommandCodec.decode(CommandCodec.encode(batch))).isEqualTo(batch);
    }

    /** Every command, operation, kind of range and constant, with numbers at their ends. */
    private static CommandBatch oneOfEach() {
        List<Command> commands = new ArrayList<>(oneOfEachOfVersionOne().commands());
        Member member = new Member(-1, "größer", List.of("http://a:1", "http://b:2"), List.of("http://c:3"), true);
        commands.addAll(List.of(
                new Command.FoundCluster(List.of(member, new Member(1, "", List.of(), List.of(), false))),
                new Command.AddMember(0x8e9e05c52164694dL, List.of("http://a:1"), true, Integer.MAX_VALUE),
                new Command.RemoveMember(1),
                new Command.UpdateMember(2, List.of("http://a:1", "http://b:2")),
                new Command.PromoteMember(3),
                new Command.PublishMember(4, "name", List.of())));
        return new CommandBatch(oneOfEachOfVersionOne().clockMillis(), commands);
    }

    private static CommandBatch oneOfEachOfVersionOne() {
        Bytes a = Bytes.utf8("a");
        Bytes b = Bytes.utf8("b");
        Operation.Put put = new Operation.Put(a, Bytes.utf8("value"), Long.MAX_VALUE, true, false, false);
        List<Comparison> comparisons = List.of(
                new Comparison(KeyRange.single(a), Comparison.Target.VERSION, Comparison.Result.EQUAL, 1, Bytes.EMPTY),
                new Comparison(
                        new KeyRange(a, b), Comparison.Target.CREATE, Comparison.Result.GREATER, -1, Bytes.EMPTY),
                new Comparison(new KeyRange(a, null), Comparison.Target.MOD, Comparison.Result.LESS, 300, Bytes.EMPTY),
                new Comparison(KeyRange.single(b), Comparison.Target.VALUE, Comparison.Result.NOT_EQUAL, 0, b),
                new Comparison(KeyRange.single(b), Comparison.Target.LEASE, Comparison.Result.EQUAL, 7, Bytes.EMPTY));
        RangeQuery query = new RangeQuery(
                KeyRange.all(),
                10,
                -6,
                RangeQuery.SortOrder.DESCEND,
                RangeQuery.SortTarget.VALUE,
                true,
                false,
                1,
                2,
                3,
                Long.MIN_VALUE);
        Operation.Txn inner = new Operation.Txn(List.of(), List.of(new Operation.Range(query)), List.of());
        return new CommandBatch(
                1_234_567,
                List.of(
                        put,
                        new Operation.Put(b, Bytes.EMPTY, 0, false, true, true),
                        new Operation.DeleteRange(new KeyRange(a, b), true),
                        new Operation.Txn(
                                comparisons,
                                List.of(put, inner),
                                List.of(new Operation.DeleteRange(KeyRange.single(a), false))),
                        new Command.Compact(99),
                        new Command.GrantLease(-4, 2),
                        new Command.RevokeLease(1),
                        new Command.ExpireLease(2, 5_000),
                        new Command.RenewLease(3, 6_000),
                        new Command.SetAlarm(new Alarm(0x8e9e05c52164694dL, Alarm.Type.NOSPACE), true),
                        new Command.SetAlarm(new Alarm(1, Alarm.Type.CORRUPT), false),
                        new Command.Tick()));
    }

    private static byte[] fixture(String name) throws IOException {
        try (InputStream input = Objects.requireNonNull(
                CommandCodecTest.class.getClassLoader().getResourceAsStream(name), "no fixture " + name)) {
            return HexFormat.of().parseHex(new String(input.readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
    }
}
