package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a real member: what is restored is what was there, and what is damaged is refused. */
class BackupToolTest {

    private static final long LEASE = 0x1234;

    @TempDir
    static Path temp = Path.of("");

    private static String place = "";
    private static Facts first = new Facts(RangeResponse.getDefaultInstance(), 0);
    private static Facts second = first;
    private static JsonObject firstBackup = new JsonObject();
    private static JsonObject secondBackup = new JsonObject();
    private static Run anonymous = new Run(0, "", "");
    private static Run afterKill = new Run(0, "", "");
    private static Run wrongUser = new Run(0, "", "");

    /** What a member says of its keys. */
    private record Facts(RangeResponse keys, int hash) {}

    private record Run(int code, String out, String err) {

        JsonObject json() {
            assertThat(code).as(err).isZero();
            return new JsonObject(out);
        }
    }

    @BeforeAll
    static void backUpAMember() throws Exception {
        place = "--repository=file://" + temp.resolve("backups");
        Path data = temp.resolve("member");
        try (RunningMember member = new RunningMember(data)) {
            String endpoint = "--endpoints=http://127.0.0.1:" + member.port();
            Random random = new Random(1);
            for (int i = 0; i < 300; i++) {
                put(member, "k" + i % 200, random, 0);
            }
            var _ = LeaseGrpc.newBlockingStub(member.channel())
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(LEASE)
                            .setTTL(5_000)
                            .build());
            put(member, "leased", random, LEASE);
            var _ = member.kv()
                    .deleteRange(DeleteRangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k7"))
                            .build());
            var _ = member.kv()
                    .compact(CompactionRequest.newBuilder().setRevision(100).build());
            first = facts(member);
            firstBackup = tool("create", place, endpoint, "--tags=why=test", "--write-out=json")
                    .json();
            put(member, "k1", random, 0);
            put(member, "late", random, 0);
            second = facts(member);
            secondBackup = tool("create", place, endpoint, "--write-out=json").json();

            backUpAndKill(endpoint);

            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(member.channel());
            for (String user : List.of("root", "alice")) {
                var _ = auth.userAdd(AuthUserAddRequest.newBuilder()
                        .setName(user)
                        .setPassword("secret")
                        .build());
            }
            var _ = auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                    .setUser("root")
                    .setRole("root")
                    .build());
            var _ = auth.authEnable(AuthEnableRequest.getDefaultInstance());
            anonymous = tool("create", place, endpoint);
            wrongUser = tool("create", place, endpoint, "--user=alice:secret");
            assertThat(tool("create", "--repository=file://" + temp.resolve("others"), endpoint, "--user=root:secret")
                            .code())
                    .isZero();
            assertThat(member.get("/metrics"))
                    // One is that of the backup that was killed.
                    .contains("mainstay_backup_checkpoints_total 5", "mainstay_backup_checkpoints_open 1");
        }
    }

    @Test
    void restoredMembersHaveWhatWasThere() throws Exception {
        assertRestored(firstBackup.getString("id"), first);
        assertRestored("latest", second);
    }

    private static void assertRestored(String id, Facts wanted) throws Exception {
        Path data = Files.createTempDirectory(temp, "restored").resolve("data");
        JsonObject restored = tool(
                        "restore", id, place, "--data-dir=" + data, "--initial-cluster-token=new", "--write-out=json")
                .json();
        assertThat(restored.getLong("revision"))
                .isEqualTo(wanted.keys().getHeader().getRevision());
        assertThat(data.resolveSibling(".data.restoring")).doesNotExist();
        assertThat(new DataTool(quiet(), quiet(), System::nanoTime).run("check-data", List.of(data.toString())))
                .isZero();
        try (RunningMember member = new RunningMember(data, "--initial-cluster-token=new")) {
            Facts facts = facts(member);
            assertThat(facts.keys().getKvsList()).isEqualTo(wanted.keys().getKvsList());
            assertThat(facts.hash()).isEqualTo(wanted.hash());
            assertThat(facts.keys().getHeader().getClusterId())
                    .isNotEqualTo(wanted.keys().getHeader().getClusterId());
            assertThat(LeaseGrpc.newBlockingStub(member.channel())
                            .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                    .setID(LEASE)
                                    .setKeys(true)
                                    .build()))
                    .satisfies(lease -> {
                        assertThat(lease.getTTL()).isBetween(4_000L, 5_000L);
                        assertThat(lease.getKeysList()).containsExactly(ByteString.copyFromUtf8("leased"));
                    });
            put(member, "goes on", new Random(2), 0);
            assertThat(facts(member).keys().getHeader().getRevision())
                    .isEqualTo(wanted.keys().getHeader().getRevision() + 1);
        }
    }

    /** Its certificates are asked for when it starts, not when its data are made. */
    @Test
    void memberWhosePeersSpeakTlsIsRestored() throws Exception {
        Path data = Files.createTempDirectory(temp, "secure").resolve("data");
        String url = "https://a-1.a-members.test.svc:2380";

        Run restored = tool(
                "restore",
                place,
                "--data-dir=" + data,
                "--name=a-1",
                "--initial-cluster=a-1=" + url,
                "--initial-advertise-peer-urls=" + url);

        assertThat(restored.code()).as(restored.err()).isZero();
        assertThat(new DataTool(quiet(), quiet(), System::nanoTime).run("check-data", List.of(data.toString())))
                .isZero();
    }

    @Test
    void bumpedRevisionIsCompacted() throws Exception {
        Path data = Files.createTempDirectory(temp, "bumped").resolve("data");
        JsonObject restored = tool(
                        "restore",
                        place,
                        "--data-dir=" + data,
                        "--bump-revision=1000000",
                        "--mark-compacted",
                        "--write-out=json")
                .json();
        long revision = second.keys().getHeader().getRevision() + 1_000_000;
        assertThat(restored.getLong("revision")).isEqualTo(revision);
        assertThat(restored.getLong("compactRevision")).isEqualTo(revision);

        try (RunningMember member = new RunningMember(data)) {
            assertThat(facts(member).keys().getKvsList())
                    .isEqualTo(second.keys().getKvsList());
            put(member, "next", new Random(2), 0);
            assertThat(facts(member).keys().getHeader().getRevision()).isEqualTo(revision + 1);
        }
        assertThat(new DataTool(quiet(), quiet(), System::nanoTime).run("check-data", List.of(data.toString())))
                .isZero();
    }

    @Test
    void secondBackupSendsOnlyWhatIsNew() {
        assertThat(firstBackup.getLong("sentFiles")).isEqualTo(firstBackup.getLong("files"));
        assertThat(secondBackup.getLong("sentFiles")).isLessThan(secondBackup.getLong("files"));
        assertThat(secondBackup.getLong("addedBytes") * 5).isLessThan(secondBackup.getLong("bytes"));
        assertThat(firstBackup.getLong("keys")).isEqualTo(first.keys().getCount());
        assertThat(secondBackup.getLong("hash")).isEqualTo(Integer.toUnsignedLong(second.hash()));
        assertThat(firstBackup.getJsonObject("tags").getString("why")).isEqualTo("test");
    }

    @Test
    void verificationIsRemembered() {
        Run checked = tool("verify", firstBackup.getString("id"), place, "--mode=restore", "--write-out=json");

        assertThat(checked.json().getJsonObject("verified").getBoolean("good")).isTrue();
        JsonArray list = new JsonArray(tool("list", place, "--write-out=json").out());
        assertThat(list.getJsonObject(0).getJsonObject("verified").getString("mode"))
                .isEqualTo("restore");
        assertThat(list.getJsonObject(1).getString("id")).isEqualTo(secondBackup.getString("id"));
        assertThat(tool("list", place, "--write-out=table").out()).contains("│ " + secondBackup.getString("id") + " │");
    }

    @Test
    void whoeverIsNotRootIsRefused() {
        assertThat(anonymous.code()).isEqualTo(1);
        assertThat(anonymous.err()).contains("user name is empty");
        assertThat(wrongUser.code()).isEqualTo(1);
        assertThat(wrongUser.err()).contains("permission denied");
    }

    @Test
    void stoppedMemberIsBackedUpFromItsDirectory() throws Exception {
        Path data = temp.resolve("stopped");
        Facts facts;
        try (RunningMember member = new RunningMember(data)) {
            for (int i = 0; i < 50; i++) {
                put(member, "k" + i, new Random(i), 0);
            }
            facts = facts(member);
            assertThat(tool("create", place, "--data-dir=" + data).err()).contains("owned by a running node");
        }
        String others = "--repository=file://" + temp.resolve("stopped-backups");

        JsonObject backup =
                tool("create", others, "--data-dir=" + data, "--write-out=json").json();

        assertThat(backup.getLong("hash")).isEqualTo(Integer.toUnsignedLong(facts.hash()));
        assertThat(tool("verify", others, "--mode=restore").code()).isZero();
        assertThat(tool("create", others, "--data-dir=" + data, "--write-out=json")
                        .json()
                        .getLong("sentFiles"))
                .isLessThan(backup.getLong("sentFiles"));
    }

    @Test
    void damageIsFoundAndLeavesNothing() throws Exception {
        Path copy = temp.resolve("damaged");
        copy(temp.resolve("backups"), copy);
        String damaged = "--repository=file://" + copy;
        Path table = largest(copy.resolve("files"));
        byte[] bytes = Files.readAllBytes(table);
        bytes[bytes.length / 2] ^= 1;
        Files.write(table, bytes);
        Path data = temp.resolve("never");

        assertThat(tool("verify", damaged).code()).isEqualTo(2);
        assertThat(tool("verify", damaged, "--mode=restore").code()).isEqualTo(2);
        assertThat(tool("restore", damaged, "--data-dir=" + data).code()).isEqualTo(1);
        assertThat(data).doesNotExist();
        assertThat(data.resolveSibling(".never.restoring")).doesNotExist();
        assertThat(tool("list", damaged).out()).contains("DAMAGED");

        Path manifest = copy.resolve("backups/" + secondBackup.getString("id") + "/manifest.json");
        Files.write(manifest, Arrays.copyOf(Files.readAllBytes(manifest), 200));
        assertThat(tool("verify", damaged).code()).isEqualTo(2);
        assertThat(tool("list", damaged).code()).isEqualTo(2);
        assertThat(tool("restore", damaged, "--data-dir=" + data).err()).contains("manifest.json");
        assertThat(tool("prune", damaged, "--keep-last=1").code()).isEqualTo(1);
        assertThat(data).doesNotExist();
    }

    @Test
    void encryptedBackupsTakeTheirKey() throws Exception {
        Path one = Files.write(temp.resolve("one.key"), bytes(1));
        Path two = Files.write(temp.resolve("two.key"), bytes(2));
        Path directory = temp.resolve("sealed");
        String sealed = "--repository=file://" + directory;
        String data = "--data-dir=" + stopped();
        JsonObject backup = tool("create", sealed, data, "--encryption-key-file=a=" + one, "--write-out=json")
                .json();
        assertThat(backup.getString("keyId")).isEqualTo("a");

        for (List<String> wrong : List.of(List.<String>of(), List.of("--encryption-key-file=a=" + two))) {
            assertThat(tool(wrong, "list", sealed).code()).isEqualTo(2);
            // Another key under the same name can't be told from damage.
            assertThat(tool(wrong, "verify", sealed).code()).isEqualTo(wrong.isEmpty() ? 1 : 2);
            assertThat(tool(wrong, "restore", sealed, "--data-dir=" + temp.resolve("locked"))
                            .code())
                    .isEqualTo(1);
            assertThat(tool(wrong, "prune", sealed, "--keep-last=1").code()).isEqualTo(1);
        }
        assertThat(temp.resolve("locked")).doesNotExist();

        String both = "--encryption-key-file=b=" + two + ",a=" + one;
        assertThat(tool("verify", sealed, both, "--mode=restore").code()).isZero();
        JsonObject next = tool("create", sealed, data, both, "--write-out=json").json();
        assertThat(next.getLong("sentFiles")).isEqualTo(next.getLong("files"));
        assertThat(next.getString("keyId")).isEqualTo("b");
        assertThat(tool("verify", sealed, "--encryption-key-file=b=" + two, "--mode=restore")
                        .code())
                .isZero();
    }

    @Test
    void killedBackupIsNoneAndTheNextOneWorks() {
        String killed = "--repository=file://" + temp.resolve("killed");
        assertThat(afterKill.out().strip()).isEqualTo("[]");

        assertThat(tool("list", killed).code()).isZero();
        assertThat(tool("verify", killed, "--mode=restore").code()).isZero();
        JsonObject pruned = tool("prune", killed, "--keep-last=1", "--grace=0s", "--write-out=json")
                .json();
        assertThat(pruned.getJsonArray("kept")).hasSize(1);
        assertThat(tool("verify", killed).code()).isZero();
    }

    /** Has a process of its own back up slowly, and kills it while a file is on its way. */
    private static void backUpAndKill(String endpoint) throws Exception {
        Path directory = temp.resolve("killed");
        String killed = "--repository=file://" + directory;
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "backup",
                        "create",
                        killed,
                        endpoint,
                        "--parallel=1",
                        "--rate=20k")
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("killed.log").toFile())
                .start();
        try {
            await(directory.resolve("files"));
        } finally {
            process.destroyForcibly().waitFor();
        }
        afterKill = tool("list", killed, "--write-out=json");
        assertThat(tool("create", killed, endpoint).code()).isZero();
    }

    private static void await(Path path) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(path)) {
            assertThat(System.nanoTime()).as("waiting for %s", path).isLessThan(deadline);
            Thread.sleep(1);
        }
    }

    private static Path stopped() throws Exception {
        Path data = Files.createTempDirectory(temp, "stopped").resolve("data");
        try (RunningMember member = new RunningMember(data)) {
            put(member, "k", new Random(3), 0);
        }
        return data;
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void argumentsThatMakeNoSenseAreRefused() {
        assertThat(tool("create").code()).isEqualTo(128);
        assertThat(tool("create", "--repository=/no/url").code()).isEqualTo(128);
        assertThat(tool("restore", "nonsense", place).code()).isEqualTo(128);
        assertThat(tool("verify", place, "--mode=guess").code()).isEqualTo(128);
        assertThat(tool("prune", place, "--max-age=soon").code()).isEqualTo(128);
        assertThat(tool("prune", place, "--in-progress-age=1m").code()).isEqualTo(128);
        assertThat(tool("list", "--repository=file://" + temp.resolve("nothing"))
                        .err())
                .contains("holds no backups");
        assertThat(tool("restore", "20200101T000000.000Z-00000000", place, "--data-dir=" + temp.resolve("x"))
                        .err())
                .contains("there is no backup");
    }

    private static Path largest(Path directory) throws IOException {
        Path largest = directory;
        long size = -1;
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.size(file) > size) {
                    size = Files.size(file);
                    largest = file;
                }
            }
        }
        return largest;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void put(RunningMember member, String key, Random random, long lease) {
        byte[] value = new byte[1_000];
        random.nextBytes(value);
        var _ = member.kv()
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFrom(value))
                        .setLease(lease)
                        .build());
    }

    private static Facts facts(RunningMember member) {
        return new Facts(
                member.kv()
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFrom(new byte[1]))
                                .setRangeEnd(ByteString.copyFrom(new byte[1]))
                                .build()),
                MaintenanceGrpc.newBlockingStub(member.channel())
                        .hashKV(HashKVRequest.getDefaultInstance())
                        .getHash());
    }

    private static PrintStream quiet() {
        return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    }

    private static Run tool(List<String> more, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(more);
        return tool(all.toArray(String[]::new));
    }

    private static Run tool(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new BackupTool(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        InstantSource.system())
                .run(new ArrayList<>(List.of(arguments)));
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
