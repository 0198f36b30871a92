package dev.mainstay.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.OpenSsl;
import dev.mainstay.e2e.server.Place;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.Member;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberUpdateRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three members over https:// peer URLs, as operators set them up: mutual TLS, and everything replaced in the files. */
@Tag("cluster")
class PeerTlsE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MEMBERS = 3;

    @TempDir
    private Path dir;

    private Path folder(int member) {
        return dir.resolve("tls" + member);
    }

    private String[] flags() {
        return flags(dir.resolve("tls{member}")).toArray(String[]::new);
    }

    private static List<String> flags(Path folder) {
        return List.of(
                "--peer-cert-file=" + folder.resolve("cert.pem"),
                "--peer-key-file=" + folder.resolve("key.pem"),
                "--peer-trusted-ca-file=" + folder.resolve("ca.pem"),
                "--peer-client-cert-auth");
    }

    private void issue(OpenSsl authority) throws IOException {
        for (int i = 0; i < MEMBERS; i++) {
            authority.issue(folder(i), "m" + i);
            believe(folder(i), authority.pem());
        }
    }

    private static void believe(Path folder, String authorities) throws IOException {
        Path fresh = folder.resolve("ca.new");
        Files.writeString(fresh, authorities);
        Files.move(fresh, folder.resolve("ca.pem"), StandardCopyOption.ATOMIC_MOVE);
    }

    @ParameterizedTest
    @MethodSource("dev.mainstay.e2e.server.Program#forClusters")
    void aForeignAuthoritysMemberIsRefusedAndTheOthersGoOn(Program program) throws IOException {
        issue(new OpenSsl(dir.resolve("ca"), "own-ca"));
        OpenSsl foreign = new OpenSsl(dir.resolve("foreign"), "foreign-ca");
        Path foreignFolder = dir.resolve("stranger-tls");
        foreign.issue(foreignFolder, "stranger");
        believe(foreignFolder, foreign.pem());

        try (Network network = new PlainNetwork(MEMBERS, "https");
                TestCluster cluster = TestCluster.start(program, dir.resolve("c"), MEMBERS, network, flags())) {
            for (int i = 0; i < MEMBERS; i++) {
                put(cluster.client(i), "k" + i);
            }
            assertThat(count(cluster.client(0))).isEqualTo(MEMBERS);

            cluster.member(2).kill9();
            List<String> wrong = new ArrayList<>(flags(foreignFolder));
            wrong.addAll(List.of(
                    "--initial-cluster=" + initial(network),
                    "--initial-cluster-token=c",
                    "--initial-cluster-state=new"));
            try (TestServer stranger = TestServer.stopped(program, dir.resolve("stranger"), network.place(2), wrong)) {
                stranger.launch();

                if (program == Program.MAINSTAY) {
                    await(() -> cluster.member(0).log().contains("no peer connection with the client at 127.0.0.1"));
                    await(() ->
                            stranger.log().contains("issued by CN=own-ca: unable to find valid certification path"));
                } else {
                    await(() -> cluster.member(0).log().contains("rejected connection"));
                }
                put(cluster.client(0), "more");
                assertThat(leader(network.place(2).clientUrl())).isZero();
            }
            cluster.start(2);
            assertThat(count(cluster.client(2))).isEqualTo(MEMBERS + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.mainstay.e2e.server.Program#forClusters")
    void membersMakeTheirOwnCertificates(Program program) {
        try (Network network = new PlainNetwork(MEMBERS, "https");
                TestCluster cluster =
                        TestCluster.start(program, dir.resolve("c"), MEMBERS, network, "--peer-auto-tls")) {
            put(cluster.client(0), "k");
            assertThat(count(cluster.client(1))).isEqualTo(1);
            assertThat(cluster.member(0).dataDir().resolve("fixtures/peer/cert.pem"))
                    .exists();
        }
    }

    @Test
    void everythingIsReplacedUnderLoadWithoutARestart() throws Exception {
        OpenSsl old = new OpenSsl(dir.resolve("old"), "old-ca");
        OpenSsl next = new OpenSsl(dir.resolve("new"), "new-ca");
        issue(old);
        try (Network network = new PlainNetwork(MEMBERS, "https");
                TestCluster cluster = TestCluster.start(Program.MAINSTAY, dir.resolve("c"), MEMBERS, network, flags());
                Load first = new Load(cluster.client(0), "a");
                Load second = new Load(cluster.client(1), "b")) {
            for (int i = 0; i < MEMBERS; i++) {
                believe(folder(i), old.pem() + next.pem());
            }
            awaitReloads(cluster, 1);
            Path kept = Files.createDirectories(dir.resolve("kept"));
            for (String file : List.of("cert.pem", "key.pem")) {
                Files.copy(folder(2).resolve(file), kept.resolve(file));
            }
            for (int i = 0; i < MEMBERS; i++) {
                next.issue(folder(i), "m" + i);
            }
            awaitReloads(cluster, 2);
            for (int i = 0; i < MEMBERS; i++) {
                believe(folder(i), next.pem());
            }
            awaitReloads(cluster, 3);
            first.awaitMore();
            second.awaitMore();

            // So far the connections may all be old ones.
            cluster.member(2).kill9();
            cluster.start(2);
            first.awaitMore();

            // What the removed authority signed is refused, and accepted again once replaced, without a restart.
            cluster.member(2).kill9();
            for (String file : List.of("key.pem", "cert.pem")) {
                Files.copy(kept.resolve(file), folder(2).resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            cluster.launch(2);
            await(() -> cluster.member(0).log().contains("of CN=m2, issued by CN=old-ca"));
            await(() -> cluster.member(2).log().contains("Received fatal alert"));
            assertThat(leader(network.place(2).clientUrl())).isZero();
            second.awaitMore();
            next.issue(folder(2), "m2");
            cluster.member(2).awaitReady();

            first.stop();
            second.stop();
            long written = first.written() + second.written();
            for (int i = 0; i < MEMBERS; i++) {
                assertThat(count(cluster.client(i))).isEqualTo(written);
            }
            assertThat(metric(cluster, 0, "mainstay_peer_certificate_expiry_timestamp_seconds"))
                    .isGreaterThan(System.currentTimeMillis() / 1e3);
        }
    }

    @Test
    void aPlaintextClusterMovesToTls() throws IOException {
        issue(new OpenSsl(dir.resolve("ca"), "own-ca"));
        List<TestServer> secured = new ArrayList<>();
        try (Network network = new PlainNetwork(MEMBERS)) {
            try (TestCluster cluster = TestCluster.start(Program.MAINSTAY, dir.resolve("c"), MEMBERS, network)) {
                put(cluster.client(0), "before");
                for (int i = 0; i < MEMBERS; i++) {
                    cluster.member(i).stop();
                }
            }
            String initial = initial(network).replace("http://", "https://");
            for (int i = 0; i < MEMBERS; i++) {
                Place place = network.place(i);
                String url = place.peerUrl().replace("http://", "https://");
                List<String> flags = new ArrayList<>(flags(folder(i)));
                flags.addAll(List.of("--initial-cluster=" + initial, "--initial-cluster-token=c"));
                secured.add(TestServer.stopped(
                        Program.MAINSTAY,
                        dir.resolve("c").resolve("m" + i).resolve("0"),
                        new Place(place.name(), place.clientUrl(), url, url, List.of()),
                        flags));
            }
            secured.forEach(TestServer::launch);
            secured.forEach(TestServer::awaitReady);
            try (EtcdClient client = new EtcdClient(network.place(1).clientUrl())) {
                put(client, "after");
                assertThat(count(client)).isEqualTo(2);
                for (Member member : members(client)) {
                    client.cluster()
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .memberUpdate(MemberUpdateRequest.newBuilder()
                                    .setID(member.getID())
                                    .addPeerURLs(member.getPeerURLs(0).replace("http://", "https://"))
                                    .build());
                }
                put(client, "last");
                assertThat(members(client))
                        .allMatch(member -> member.getPeerURLs(0).startsWith("https://"));
            }
        } finally {
            secured.forEach(TestServer::close);
        }
    }

    private static List<Member> members(EtcdClient client) {
        return client.cluster()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList();
    }

    /** Writes one key after the other, each again until it is acknowledged. */
    private static final class Load implements AutoCloseable {
        private final EtcdClient client;
        private final String prefix;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final Thread thread;
        private final AtomicLong written = new AtomicLong();
        private volatile String failure = "";

        Load(EtcdClient client, String prefix) {
            this.client = client;
            this.prefix = prefix;
            this.thread = Thread.ofPlatform().start(this::run);
        }

        private void run() {
            while (!stopped.get()) {
                try {
                    put(client, prefix + written);
                    written.incrementAndGet();
                } catch (AssertionError | RuntimeException e) {
                    failure = e.toString();
                    return;
                }
            }
        }

        void awaitMore() {
            long goal = written.get() + 5;
            await(() -> written.get() >= goal || !failure.isEmpty());
            assertThat(failure).isEmpty();
        }

        void stop() throws InterruptedException {
            stopped.set(true);
            thread.join();
            assertThat(failure).isEmpty();
        }

        long written() {
            return written.get();
        }

        @Override
        public void close() {
            stopped.set(true);
        }
    }

    private static String initial(Network network) {
        StringBuilder initial = new StringBuilder();
        for (int i = 0; i < MEMBERS; i++) {
            initial.append(i == 0 ? "" : ",")
                    .append(network.place(i).name())
                    .append('=')
                    .append(network.place(i).advertisedPeerUrl());
        }
        return initial.toString();
    }

    private static void awaitReloads(TestCluster cluster, int reloads) {
        for (int i = 0; i < MEMBERS; i++) {
            int member = i;
            await(() -> metric(cluster, member, "mainstay_peer_tls_reloads_total") >= reloads);
        }
    }

    private static double metric(TestCluster cluster, int member, String name) {
        try (InputStream answer = URI.create(cluster.member(member).endpoint() + "/metrics")
                .toURL()
                .openStream()) {
            String text = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
            Matcher line = Pattern.compile("(?m)^" + name + " (.*)$").matcher(text);
            assertThat(line.find()).as(name).isTrue();
            return Double.parseDouble(line.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whom a server takes for the leader; 0 too if it doesn't answer yet. */
    private static long leader(String url) {
        try (EtcdClient client = new EtcdClient(url)) {
            return client.maintenance()
                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance())
                    .getLeader();
        } catch (StatusRuntimeException silent) {
            return 0;
        }
    }

    private static void put(EtcdClient client, String key) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8("v"))
                .build();
        await(() -> {
            try {
                client.kv().withDeadlineAfter(10, TimeUnit.SECONDS).put(request);
                return true;
            } catch (StatusRuntimeException again) {
                return false;
            }
        });
    }

    private static long count(EtcdClient client) {
        return client.kv()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[1]))
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .setCountOnly(true)
                        .build())
                .getCount();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
