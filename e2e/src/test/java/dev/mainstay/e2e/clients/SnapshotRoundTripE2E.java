package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Place;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a real etcd into Mainstay and back, and into a cluster of three: nothing may be lost on the way. */
@Tag("clients")
final class SnapshotRoundTripE2E {
    private static final String ROOT = "--user=root:toor";
    private static final String ANN = "--user=ann:secret";

    @TempDir
    private Path directory;

    /** A server that was restored, on a place known before. */
    private TestServer restored(Program program, Path snapshot, String name, String... flags) {
        Place place = Place.onLoopback("default");
        restore(program, snapshot, directory.resolve(name), List.of(place), 0, flags);
        TestServer server = server(program, directory.resolve(name), List.of(place), 0);
        launch(server);
        return server;
    }

    /** Starts a server that answers nobody it doesn't know. */
    private static void launch(TestServer server) {
        server.launch();
        Etcdctl ctl = new Etcdctl(server.endpoint());
        for (int attempt = 0; attempt < 10; attempt++) {
            if (ctl.run("get", "none", ROOT).code() == 0) {
                return;
            }
        }
        throw new AssertionError("not ready: " + server.logTail());
    }

    private static void restore(
            Program program, Path snapshot, Path dir, List<Place> places, int member, String... flags) {
        Place place = places.get(member);
        Tool tool = program == Program.ETCD ? Tool.ETCDUTL : Tool.MAINSTAY;
        List<String> command = new ArrayList<>(List.of(
                "snapshot",
                "restore",
                snapshot.toString(),
                "--data-dir=" + dir.resolve("data"),
                "--name=" + place.name(),
                "--initial-cluster=" + initialCluster(places),
                "--initial-advertise-peer-urls=" + place.peerUrl()));
        command.addAll(List.of(flags));
        tool.out(command.toArray(String[]::new));
    }

    private static TestServer server(Program program, Path dir, List<Place> places, int member) {
        return TestServer.stopped(
                program,
                dir,
                places.get(member),
                List.of(
                        "--initial-cluster=" + initialCluster(places),
                        "--initial-cluster-state=new",
                        "--bcrypt-cost=4"));
    }

    private static String initialCluster(List<Place> places) {
        return places.stream()
                .map(place -> place.name() + "=" + place.peerUrl())
                .collect(Collectors.joining(","));
    }

    @Test
    void nothingIsLostOnTheWayFromEtcdThroughMainstayToEtcd() {
        Path first = directory.resolve("first.db");
        Path second = directory.resolve("second.db");
        List<String> original;
        try (TestServer etcd = TestServer.etcd(directory.resolve("source"), "--bcrypt-cost=4")) {
            fill(new Etcdctl(etcd.endpoint()));
            original = seen(etcd, true);
            save(etcd, first);
            for (int at = 11; at <= 17; at += 3) {
                assertThat(hashed(first, "--rev=" + at))
                        .isEqualTo(hash(new Etcdctl(etcd.endpoint()).out("endpoint", "hashkv", "--rev=" + at, ROOT)));
            }
        }
        try (TestServer mainstay = restored(Program.MAINSTAY, first, "between")) {
            assertThat(seen(mainstay, false)).isEqualTo(original.subList(0, original.size() - 1));
            assertThat(Tool.MAINSTAY.out(
                            "snapshot", "save", second.toString(), "--endpoints=" + mainstay.endpoint(), ROOT))
                    .isEqualTo("Snapshot saved at " + second + "\n");
            assertThat(List.of(hashed(first), hashed(second))).containsOnly(original.getLast());
            // It goes on from there, and after a restart too.
            Etcdctl ctl = new Etcdctl(mainstay.endpoint());
            String lease =
                    ctl.out("lease", "list", ROOT).lines().skip(1).findFirst().orElseThrow();
            assertThat(ctl.out("put", "a/1", "more", ANN)).isEqualTo("OK\n");
            mainstay.kill9();
            launch(mainstay);
            assertThat(ctl.out("get", "a/1", ANN)).isEqualTo("a/1\nmore\n");
            assertThat(ctl.out("lease", "revoke", lease, ROOT)).contains("revoked");
            assertThat(ctl.out("get", "leased/", "--prefix", ROOT)).isEmpty();
        }
        try (TestServer etcd = restored(Program.ETCD, second, "back")) {
            assertThat(seen(etcd, true)).isEqualTo(original);
        }
    }

    @Test
    void threeMembersAreRestoredAlikeAndTakeInAFourth() {
        Path snapshot = directory.resolve("snapshot.db");
        try (TestServer etcd = TestServer.etcd(directory.resolve("source"))) {
            Etcdctl ctl = new Etcdctl(etcd.endpoint());
            for (int i = 0; i < 20; i++) {
                ctl.out("put", "k" + i % 7, "v" + i);
            }
            save(etcd, snapshot);
        }
        List<Place> places =
                IntStream.range(0, 3).mapToObj(i -> Place.onLoopback("m" + i)).toList();
        List<TestServer> servers = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Path dir = directory.resolve("m" + i);
                restore(Program.MAINSTAY, snapshot, dir, places, i, "--bump-revision=1000", "--mark-compacted");
                servers.add(server(Program.MAINSTAY, dir, places, i));
            }
            servers.forEach(TestServer::launch);
            servers.forEach(TestServer::awaitReady);
            Etcdctl ctl = new Etcdctl(servers.getFirst().endpoint());

            assertThat(ctl.out("get", "k3", "-w", "fields")).contains("\"Revision\" : 1021", "\"ModRevision\" : 19");
            assertThat(ctl.run("get", "k3", "--rev=1020").err()).contains("required revision has been compacted");
            ctl.out("put", "k3", "new");
            List<String> hashes = servers.stream()
                    .map(server -> new Etcdctl(server.endpoint()).out("endpoint", "hashkv", "--rev=1022"))
                    .map(line -> line.substring(line.indexOf(',')))
                    .distinct()
                    .toList();
            assertThat(hashes).hasSize(1);

            Place place = Place.onLoopback("m3");
            ctl.out("member", "add", "m3", "--peer-urls=" + place.peerUrl());
            List<Place> all = new ArrayList<>(places);
            all.add(place);
            TestServer added = TestServer.stopped(
                    Program.MAINSTAY,
                    directory.resolve("m3"),
                    place,
                    List.of("--initial-cluster=" + initialCluster(all), "--initial-cluster-state=existing"));
            servers.add(added);
            added.start();
            // It never saw the snapshot: what it has, it has from the others.
            assertThat(new Etcdctl(added.endpoint()).out("get", "k3", "-w", "fields"))
                    .contains("\"CreateRevision\" : 5", "\"Value\" : \"new\"");
            assertThat(new Etcdctl(added.endpoint()).out("get", "k", "--prefix", "--keys-only"))
                    .isEqualTo(ctl.out("get", "k", "--prefix", "--keys-only"));
        } finally {
            servers.forEach(TestServer::close);
        }
    }

    @Test
    void badFilesAndUsedDirectoriesAreRefusedAndNothingIsMade() throws IOException {
        Path good = directory.resolve("good.db");
        try (TestServer etcd = TestServer.etcd(directory.resolve("source"))) {
            new Etcdctl(etcd.endpoint()).out("put", "a", "1");
            save(etcd, good);
        }
        byte[] bytes = Files.readAllBytes(good);
        Path flipped = Files.copy(good, directory.resolve("flipped.db"));
        try (RandomAccessFile file = new RandomAccessFile(flipped.toFile(), "rw")) {
            file.seek(bytes.length / 2);
            file.write(bytes[bytes.length / 2] ^ 1);
        }
        Path cut = Files.write(directory.resolve("cut.db"), Arrays.copyOf(bytes, bytes.length / 2));
        Path foreign = Files.writeString(directory.resolve("foreign.db"), "hello".repeat(1_000));
        Path empty = Files.createFile(directory.resolve("empty.db"));
        Path data = directory.resolve("data");
        for (Path bad : List.of(flipped, cut, foreign, empty, directory.resolve("missing.db"))) {
            ProgramRun.Result result = Tool.MAINSTAY.run("snapshot", "restore", bad.toString(), "--data-dir=" + data);

            assertThat(result.code()).as("%s", result).isEqualTo(1);
            assertThat(result.err()).startsWith("Error: ").contains(bad.toString());
            assertThat(data).doesNotExist();
        }
        try (var files = Files.list(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).noneMatch(name -> name.startsWith("."));
        }
        Files.createDirectory(data);
        Files.createFile(data.resolve("mine"));
        ProgramRun.Result used = Tool.MAINSTAY.run("snapshot", "restore", good.toString(), "--data-dir=" + data);
        assertThat(used.code()).isEqualTo(1);
        assertThat(used.err()).contains("data-dir \"" + data + "\" not empty or could not be read");
        assertThat(data).isDirectoryContaining("glob:**mine");
        Files.delete(data.resolve("mine"));
        assertThat(Tool.MAINSTAY
                        .run("snapshot", "restore", good.toString(), "--data-dir=" + data)
                        .code())
                .isZero();
        assertThat(data.resolve("identity.json")).exists();
    }

    private static void fill(Etcdctl ctl) {
        for (int i = 0; i < 12; i++) {
            ctl.out("put", "a/" + i % 5, "v".repeat(i * 300));
        }
        ctl.out("del", "a/2");
        ctl.out("put", "a/2", "again");
        String lease = ctl.out("lease", "grant", "5000").split(" ", -1)[1];
        ctl.out("put", "--lease=" + lease, "leased/1", "1");
        ctl.out("put", "--lease=" + lease, "leased/2", "2");
        ctl.out("compact", "10", "--physical");
        ctl.out("put", "a/4", "after");
        ctl.out("del", "a/3");
        ctl.runWithInput("\n\nput a/5 1\nput a/6 2\ndel a/1\n\n", "txn");
        ctl.out("user", "add", "root:toor");
        ctl.out("user", "add", "ann:secret");
        ctl.out("user", "add", "cert", "--no-password");
        ctl.out("role", "add", "some");
        ctl.out("role", "grant-permission", "some", "readwrite", "a", "d");
        ctl.out("role", "grant-permission", "some", "--prefix", "read", "r/");
        ctl.out("user", "grant-role", "ann", "some");
        ctl.out("user", "grant-role", "root", "root");
        ctl.out("auth", "enable");
    }

    /** Everything that clients can see of a server; the hash of all keys last, if it is to be compared. */
    private static List<String> seen(TestServer server, boolean hash) {
        Etcdctl ctl = new Etcdctl(server.endpoint());
        List<String> seen = new ArrayList<>();
        String fields = ctl.out("get", "none", "-w", "fields", ROOT);
        long revision = Long.parseLong(EtcdctlSuite.field(fields, "Revision"));
        for (long at = 10; at <= revision; at++) {
            seen.add(EtcdctlSuite.anonymous(ctl.out("get", "", "--prefix", "--rev=" + at, "-w", "json", ROOT)));
        }
        seen.add(ctl.run("get", "a", "--rev=9", ROOT).err().replaceAll("(?s).*Error: ", ""));
        String lease = ctl.out("lease", "list", ROOT);
        seen.add(lease);
        seen.add(ctl.out(
                        "lease",
                        "timetolive",
                        "--keys",
                        lease.lines().skip(1).findFirst().orElseThrow(),
                        ROOT)
                .replaceAll("remaining\\(4\\d\\d\\ds\\)", "remaining(_)")
                // etcd names them in any order.
                .replace("leased/2 leased/1", "leased/1 leased/2"));
        for (String name : List.of("root", "ann", "cert")) {
            seen.add(ctl.out("user", "get", name, ROOT));
        }
        seen.add(ctl.out("role", "get", "some", ROOT));
        seen.add(ctl.out("auth", "status", ROOT));
        seen.add(ctl.out("get", "a/5", ANN));
        seen.add(ctl.run("get", "leased/1", ANN).err().replaceAll("(?s).*Error: ", ""));
        seen.add(ctl.run("get", "a/5", "--user=ann:wrong").err().replaceAll("(?s).*Error: ", ""));
        if (hash) {
            seen.add(hash(ctl.out("endpoint", "hashkv", ROOT)));
        }
        return seen;
    }

    /** Of the line that etcdctl prints; from 3.6 on the revision stands behind it. */
    private static String hash(String line) {
        return line.strip().split(", ", -1)[1];
    }

    /** What {@code mainstay hashkv} says of a snapshot. */
    private static String hashed(Path snapshot, String... flags) {
        List<String> arguments = new ArrayList<>(List.of("hashkv", snapshot.toString(), "-w", "fields"));
        arguments.addAll(List.of(flags));
        return EtcdctlSuite.field(Tool.MAINSTAY.out(arguments.toArray(String[]::new)), "Hash");
    }

    private static void save(TestServer server, Path file) {
        Etcdctl ctl = new Etcdctl(server.endpoint());
        ProgramRun.Result open = ctl.run("snapshot", "save", file.toString());
        if (open.code() != 0) {
            ctl.out("snapshot", "save", file.toString(), ROOT);
        }
    }
}
