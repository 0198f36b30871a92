package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.migration.SameContents;
import dev.mainstay.e2e.migration.SourceLoad;
import dev.mainstay.e2e.server.Binaries;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real etcd that is written to all the time moves into Mainstay, and its clients find everything as it was. */
@Tag("clients")
@Tag("cluster")
final class MigrationE2E {
    private static final int KEYS = 3_000;
    private static final int AT_ONCE = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String ROOT = "--user=root:toor";

    @TempDir
    private Path directory;

    @Test
    void threeMembersTakeOverWhatIsWrittenWhileEverybodyIsKilled() throws Exception {
        try (TestServer etcd = TestServer.etcd(directory.resolve("source"));
                EtcdClient source = new EtcdClient(etcd.endpoint());
                Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(Program.MAINSTAY, directory.resolve("target"), 3, network)) {
            fill(source);
            Etcdctl ctl = new Etcdctl(etcd.endpoint());
            ctl.out("user", "add", "ann:secret");
            ctl.out("role", "add", "some");
            ctl.out("role", "grant-permission", "some", "readwrite", "a", "d");
            ctl.out("user", "grant-role", "ann", "some");
            String to = String.join(",", cluster.endpoints());
            try (SourceLoad load = SourceLoad.start(etcd.endpoint(), 7, 500, 4)) {
                try (ProgramRun killed = migrate(etcd, to)) {
                    killed.awaitOut(out -> out.contains("\"loading\""));
                }
                int leader = cluster.awaitLeader();
                try (ProgramRun killed = migrate(etcd, to)) {
                    killed.awaitOut(out -> out.contains("\"lag\""));
                    assertThatThrownBy(
                                    () -> cluster.client((leader + 1) % 3).kv().put(put("mine", 1)))
                            .hasMessageContaining("UNAVAILABLE")
                            .hasMessageContaining("follows another one");
                    cluster.member(leader).kill9();
                    long reached = load.revision();
                    killed.awaitOut(out -> lastNumber(out, "revision") > reached);
                }
                cluster.start(leader);
                try (ProgramRun run = migrate(etcd, to, "--cut-over=auto", "--quiet=1")) {
                    run.awaitOut(out -> out.contains("waiting until nobody writes"));
                    load.stop();
                    ProgramRun.Result result = run.await(PATIENCE);

                    assertThat(result.code()).as("%s", result).isZero();
                    assertThat(result.out()).contains("\"phase\":\"finished\"", "\"hashesEqual\":true");
                    compare(source, cluster, lastNumber(result.out(), "revision"));
                }
            }
            Etcdctl moved = new Etcdctl(cluster.endpoints().getFirst());
            assertThat(moved.out("user", "get", "ann")).isEqualTo(ctl.out("user", "get", "ann"));
            assertThat(moved.out("role", "get", "some")).isEqualTo(ctl.out("role", "get", "some"));
            assertThat(Tool.MAINSTAY.run("migrate", "--to=" + to, "--abort").err())
                    .contains("no migration is under way");
            assertThat(moved.out("put", "mine", "1")).isEqualTo("OK\n");
        }
    }

    /** At the revision at which the source was left, and all the way to it. */
    private static void compare(EtcdClient source, TestCluster cluster, long revision) throws InterruptedException {
        long compacted = source.maintenance()
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                .getCompactRevision();
        assertThat(revision).isGreaterThan(compacted + 50);
        for (int member = 0; member < cluster.size(); member++) {
            EtcdClient target = cluster.client(member);
            assertThat(SameContents.revision(target)).isEqualTo(revision);
            assertThatThrownBy(() -> SameContents.keys(target, compacted - 1)).hasMessageContaining("compacted");
            assertThat(SameContents.keys(target, revision)).isEqualTo(SameContents.keys(source, revision));
        }
        EtcdClient target = cluster.client(1);
        for (long at = compacted; at < revision; at += 1 + (revision - compacted) / 12) {
            assertThat(SameContents.keys(target, at)).isEqualTo(SameContents.keys(source, at));
        }
        assertThat(SameContents.events(target, compacted + 1, revision))
                .isEqualTo(SameContents.events(source, compacted + 1, revision));
        assertThat(longLeases(target)).isNotEmpty().isEqualTo(longLeases(source));
    }

    /** Short ones may have run out at the source meanwhile. */
    private static List<String> longLeases(EtcdClient client) {
        return SameContents.leases(client).entrySet().stream()
                .map(lease -> lease.getKey() + " " + lease.getValue())
                .filter(lease -> lease.contains(" 3000 "))
                .toList();
    }

    @Test
    void authenticationComesAlongAndLaterChangesOfUsersAreReported() throws IOException {
        try (TestServer etcd = TestServer.etcd(directory.resolve("source"), "--bcrypt-cost=4");
                TestServer mainstay = TestServer.mainstay(directory.resolve("target"), "--bcrypt-cost=4")) {
            Etcdctl source = new Etcdctl(etcd.endpoint());
            source.out("put", "a/1", "one");
            source.out("user", "add", "root:toor");
            source.out("user", "grant-role", "root", "root");
            source.out("user", "add", "ann:secret");
            source.out("role", "add", "some");
            source.out("role", "grant-permission", "some", "--prefix", "readwrite", "a/");
            source.out("user", "grant-role", "ann", "some");
            source.out("auth", "enable");
            Etcdctl target = new Etcdctl(mainstay.endpoint());
            String from = "--from-user=root:toor";
            assertThat(run(migrate(etcd, mainstay.endpoint(), "--dry-run", from))
                            .out())
                    .contains("\"ready\":true", "\"keys\":1", "\"users\":2");
            try (ProgramRun followed = migrate(etcd, mainstay.endpoint(), from)) {
                followed.awaitOut(out -> out.contains("\"lag\":0"));
            }
            assertThat(target.run("get", "a/1").err()).contains("user name is empty");
            assertThat(target.out("get", "a/1", "--user=ann:secret")).isEqualTo("a/1\none\n");
            source.out("user", "add", "bob:b", ROOT);

            ProgramRun.Result differs = run(migrate(etcd, mainstay.endpoint(), from, "--cut-over=auto", "--quiet=0"));
            assertThat(differs.code()).as("%s", differs).isEqualTo(2);
            assertThat(differs.out()).contains("user \\\"bob\\\" is only at the source");
            Path result = directory.resolve("result");
            ProgramRun.Result left = run(migrate(
                    etcd,
                    mainstay.endpoint(),
                    "--from-user=root",
                    "--from-password-file=" + Files.writeString(directory.resolve("password"), "toor\n"),
                    "--result-file=" + result,
                    "--cut-over=auto",
                    "--quiet=0",
                    "--ignore-users"));

            assertThat(left.code()).as("%s", left).isZero();
            assertThat(result).content().contains("\"exitCode\":0", "\"phase\":\"finished\"", "\"revision\":2,");
            assertThat(left.out()).contains("\"hashesEqual\":true", "\"byHand\":[\"user \\\"bob\\\"");
            assertThat(target.out("put", "a/1", "two", "--user=ann:secret")).isEqualTo("OK\n");
            assertThat(target.run("get", "a/1").err()).contains("user name is empty");
        }
    }

    @Test
    void givingUpLeavesTheSourceAsItWas() throws IOException {
        Path result = directory.resolve("result");
        try (TestServer etcd = TestServer.etcd(directory.resolve("source"));
                TestServer first = TestServer.mainstay(directory.resolve("first"));
                TestServer second = TestServer.mainstay(directory.resolve("second"))) {
            Etcdctl source = new Etcdctl(etcd.endpoint());
            source.out("put", "a", "1");
            source.out("put", "a", "2");
            String before = source.out("get", "", "--prefix", "--write-out=json");
            String hash = source.out("endpoint", "hashkv", "--write-out=json");
            try (ProgramRun followed = migrate(etcd, first.endpoint())) {
                followed.awaitOut(out -> out.contains("\"lag\":0"));
            }

            ProgramRun.Result abort = run(ProgramRun.of(new ProcessBuilder(
                    Binaries.mainstay().toString(), "migrate", "--to=" + first.endpoint(), "--abort")));

            assertThat(abort.code()).as("%s", abort).isZero();
            Etcdctl target = new Etcdctl(first.endpoint());
            assertThat(target.run("get", "a").err()).contains("was given up");
            assertThat(target.run("put", "a", "3").err()).contains("was given up");
            ProgramRun.Result again = run(migrate(etcd, first.endpoint(), "--result-file=" + result));
            assertThat(again.code()).isEqualTo(1);
            assertThat(again.err()).contains("given up").contains("empty their data directories");
            assertThat(result).content().contains("\"exitCode\":1").contains("given up");

            assertThat(source.out("get", "", "--prefix", "--write-out=json")).isEqualTo(before);
            assertThat(source.out("endpoint", "hashkv", "--write-out=json")).isEqualTo(hash);
            source.out("put", "a", "3");
            ProgramRun.Result anew = run(migrate(
                    etcd,
                    second.endpoint(),
                    "--cut-over=auto",
                    "--quiet=0",
                    "--scratch=" + directory.resolve("other")));
            assertThat(anew.code()).as("%s", anew).isZero();
            assertThat(new Etcdctl(second.endpoint()).out("get", "a")).isEqualTo("a\n3\n");
        }
    }

    private ProgramRun migrate(TestServer from, String to, String... flags) {
        List<String> command = new ArrayList<>(List.of(
                Binaries.mainstay().toString(),
                "migrate",
                "--from=" + from.endpoint(),
                "--to=" + to,
                "--scratch=" + directory.resolve("scratch"),
                "--write-out=json"));
        command.addAll(Arrays.asList(flags));
        return ProgramRun.of(new ProcessBuilder(command));
    }

    private static ProgramRun.Result run(ProgramRun run) {
        try (run) {
            return run.await(PATIENCE);
        }
    }

    /** The last value of a field in lines of JSON, -1 if there is none. */
    private static long lastNumber(String out, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":(\\d+)").matcher(out);
        long last = -1;
        while (matcher.find()) {
            last = Long.parseLong(matcher.group(1));
        }
        return last;
    }

    private static void fill(EtcdClient client) throws InterruptedException, ExecutionException {
        Deque<Future<PutResponse>> pending = new ArrayDeque<>();
        for (int i = 0; i < KEYS; i++) {
            if (pending.size() == AT_ONCE) {
                PutResponse ignored = pending.remove().get();
                assertThat(ignored.hasHeader()).isTrue();
            }
            pending.add(client.kvAsync().put(put("key/" + i % (KEYS / 2), i)));
        }
        for (Future<PutResponse> last : pending) {
            assertThat(last.get().hasHeader()).isTrue();
        }
        var _ = client.kv()
                .compact(CompactionRequest.newBuilder().setRevision(KEYS / 2).build());
    }

    private static PutRequest put(String key, int value) {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8("value " + "v".repeat(value % 300) + value))
                .build();
    }
}
