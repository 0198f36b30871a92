package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashKVResponse;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools for data directories, on the data of a real member that had something of everything. */
class DataToolTest {

    private static final long SPLIT = 20;

    @TempDir
    static Path temp = Path.of("");

    private static Path data = temp;
    private static HashKVResponse newest = HashKVResponse.getDefaultInstance();
    private static HashKVResponse older = HashKVResponse.getDefaultInstance();
    private static Run whileRunning = new Run(0, "", "");

    private final List<Path> copies = new ArrayList<>();

    private record Run(int code, String out, String err) {}

    @BeforeAll
    static void dataOfAMember() throws Exception {
        data = temp.resolve("member");
        try (RunningMember member = new RunningMember(data)) {
            for (int i = 0; i < 20; i++) {
                put(member, "k" + i % 7, "v" + i, 0);
            }
            long lease = LeaseGrpc.newBlockingStub(member.channel())
                    .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(5_000).build())
                    .getID();
            put(member, "leased", "1", lease);
            delete(member, "k3");
            put(member, "k3", "again", 0);
            var _ = member.kv()
                    .compact(CompactionRequest.newBuilder()
                            .setRevision(9)
                            .setPhysical(true)
                            .build());
            var _ = member.kv()
                    .txn(TxnRequest.newBuilder()
                            .addSuccess(RequestOp.newBuilder().setRequestPut(putting("a", "1", lease)))
                            .addSuccess(RequestOp.newBuilder().setRequestPut(putting("b", "2", 0)))
                            .addSuccess(RequestOp.newBuilder().setRequestDeleteRange(deleting("k1")))
                            .build());
            delete(member, "k2");
            newest = hash(member, 0);
            older = hash(member, SPLIT);
            whileRunning = tool("check-data", data.toString());
        }
    }

    @Test
    void runningMemberIsLeftAlone() {
        assertThat(whileRunning.code()).isEqualTo(1);
        assertThat(whileRunning.err())
                .contains("is owned by a running node (process "
                        + ProcessHandle.current().pid() + ")");
        assertThat(whileRunning.out()).isEmpty();
    }

    @Test
    void hashIsThatOfTheMember() {
        JsonObject hashed =
                new JsonObject(tool("hashkv", data.toString(), "-w", "json").out());
        assertThat(hashed.getLong("hash")).isEqualTo(Integer.toUnsignedLong(newest.getHash()));
        assertThat(hashed.getLong("hashRevision")).isEqualTo(newest.getHashRevision());
        assertThat(hashed.getLong("compactRevision")).isEqualTo(newest.getCompactRevision());
        assertThat(new JsonObject(tool("hashkv", data.toString(), "--rev=" + SPLIT, "-w", "json")
                                .out())
                        .getLong("hash"))
                .isEqualTo(Integer.toUnsignedLong(older.getHash()));
        assertThat(tool("hashkv", data.toString(), "--rev=1000").err())
                .contains("required revision is a future revision");
        assertThat(tool("hashkv", data.toString(), "--rev=2").err()).contains("has been compacted");
    }

    @Test
    void soundDataAreFoundSoundAndStayAsTheyAre() throws IOException {
        Map<String, String> before = content(data);

        Run run = tool("check-data", data.toString(), "-w", "json");

        assertThat(run.code()).as("%s", run).isZero();
        JsonObject report = new JsonObject(run.out());
        assertThat(report.getJsonArray("findings")).isEmpty();
        assertThat(report.getLong("revision")).isEqualTo(newest.getHashRevision());
        assertThat(report.getLong("keys")).isEqualTo(8);
        assertThat(report.getLong("leases")).isEqualTo(1);
        assertThat(tool("hashkv", data.toString()).code()).isZero();
        assertThat(content(data)).isEqualTo(before);
    }

    @Test
    void compactionKeepsEverything() throws IOException {
        Path copy = copy();
        Run run = tool("compact", copy.toString(), "-w", "json");

        assertThat(run.code()).as("%s", run).isZero();
        assertThat(new JsonObject(run.out()).getLong("bytesAfter")).isPositive();
        assertThat(tool("check-data", copy.toString()).code()).isZero();
        assertThat(tool("hashkv", copy.toString()).out())
                .isEqualTo(tool("hashkv", data.toString()).out());
        Run logical = tool("compact", copy.toString(), "--rev=12");
        assertThat(logical.code()).isEqualTo(128);
        assertThat(logical.err()).contains("is for the whole cluster to decide");
    }

    @Test
    void everyKindOfContradictionIsFound() throws IOException {
        assertThat(damaged("history", Damage.DROP_LAST)).contains("of key k2 isn't in the history");
        assertThat(damaged("history", Damage.DROP_MIDDLE)).contains("keys: the history lacks revision");
        assertThat(damaged("kv", Damage.DROP_FIRST)).contains("of key a is in the history only");
        assertThat(damaged("kv", Damage.DROP_MIDDLE)).contains("doesn't follow from the version before it");
        assertThat(damaged("kv", Damage.VERSION)).contains("contradicts itself");
        assertThat(damaged("lease_link", Damage.DROP_MIDDLE)).contains("has lease", "which doesn't know of it");
        assertThat(damaged("lease", Damage.DROP_LAST)).contains("which there is none of");
        assertThat(damaged("lease", Damage.GARBAGE)).contains("leases: can't be read");
        assertThat(damaged("auth", Damage.ADD)).contains("users and roles: can't be read");
        assertThat(damaged("member", Damage.GARBAGE)).contains("members: can't be read");
        assertThat(damaged("applied", Damage.GARBAGE)).contains("the applied position: can't be read");
    }

    @Test
    void damagedFilesAreFound() throws IOException {
        Path block = copy();
        try (var files = Files.newDirectoryStream(block.resolve("db"), "*.sst")) {
            Path file = files.iterator().next();
            byte[] bytes = Files.readAllBytes(file);
            bytes[3] ^= 1;
            Files.write(file, bytes);
        }
        assertThat(findings(block)).contains("store: the database is damaged");

        Path missing = copy();
        Files.delete(missing.resolve("db/CURRENT"));
        assertThat(findings(missing)).contains("lacks its file CURRENT");

        Path foreign = Files.createDirectory(temp.resolve("foreign"));
        assertThat(tool("check-data", foreign.toString()).err()).contains("is no data directory of Mainstay");
        assertThat(tool("check-data", foreign.toString()).code()).isEqualTo(1);
        assertThat(tool("check-data", foreign.resolve("none").toString()).err()).contains("no such directory");
        assertThat(tool("check-data", data.toString(), "--nonsense").code()).isEqualTo(128);
        assertThat(tool("hashkv", "--help").out()).contains("--rev");
    }

    private enum Damage {
        DROP_FIRST,
        DROP_LAST,
        DROP_MIDDLE,
        VERSION,
        GARBAGE,
        ADD
    }

    /** What is found after a row of a table was tampered with. */
    private String damaged(String name, Damage damage) throws IOException {
        Path copy = copy();
        Table table = new Table(name);
        try (RocksStore store = RocksStore.open(copy.resolve("db"), Tables.all(), RocksSettings.defaults(), _ -> {})) {
            List<byte[]> keys = new ArrayList<>();
            try (Cursor cursor = store.cursor(table, null, null)) {
                for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                    keys.add(cursor.key());
                }
            }
            try (StoreTransaction changes = store.begin()) {
                switch (damage) {
                    case DROP_FIRST -> changes.delete(table, keys.getFirst());
                    case DROP_LAST -> changes.delete(table, keys.getLast());
                    // Above the compact revision, where nothing may be missing.
                    case DROP_MIDDLE -> changes.delete(table, keys.get(keys.size() * 3 / 4));
                    case VERSION -> {
                        byte[] value = store.get(table, keys.getFirst());
                        byte[] changed = Arrays.copyOf(java.util.Objects.requireNonNull(value), value.length);
                        changed[9] = 127;
                        changes.put(table, keys.getFirst(), changed);
                    }
                    case GARBAGE -> changes.put(table, keys.getFirst(), new byte[] {99});
                    case ADD -> changes.put(table, new byte[] {'x'}, new byte[] {1});
                }
                store.write(changes);
            }
            store.flush();
        }
        return findings(copy);
    }

    private static String findings(Path directory) {
        Run run = tool("check-data", directory.toString());
        assertThat(run.code()).as("%s", run).isEqualTo(2);
        assertThat(run.out().lines().skip(1))
                .isNotEmpty()
                .allMatch(line -> line.contains(" -> ") || line.contains("more findings"));
        return run.out();
    }

    private Path copy() throws IOException {
        Path copy = temp.resolve("copy" + System.nanoTime());
        copies.add(copy);
        try (var files = Files.walk(data)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = copy.resolve(data.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return copy;
    }

    /** The hash of each file. */
    private static Map<String, String> content(Path directory) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (var files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                content.put(
                        file + " " + Files.getLastModifiedTime(file),
                        HexFormat.of().formatHex(Sha256.of(Files.readAllBytes(file))));
            }
        }
        return content;
    }

    private static Run tool(String command, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new DataTool(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        System::nanoTime)
                .run(command, List.of(arguments));
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static void put(RunningMember member, String key, String value, long lease) {
        var _ = member.kv().put(putting(key, value, lease).build());
    }

    private static PutRequest.Builder putting(String key, String value, long lease) {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .setLease(lease);
    }

    private static void delete(RunningMember member, String key) {
        var _ = member.kv().deleteRange(deleting(key).build());
    }

    private static DeleteRangeRequest.Builder deleting(String key) {
        return DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key));
    }

    private static HashKVResponse hash(RunningMember member, long revision) {
        return MaintenanceGrpc.newBlockingStub(member.channel())
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
    }
}
