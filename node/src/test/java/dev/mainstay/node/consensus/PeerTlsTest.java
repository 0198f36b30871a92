package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.tls.TestAuthority;
import dev.mainstay.node.tls.TestEndpoint;
import dev.mainstay.node.tls.TlsProtocol;
import dev.mainstay.node.tls.TlsSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Members of one cluster with mutual TLS: who gets in, and what happens while certificates change. */
class PeerTlsTest {

    private static final String HOST = "127.0.0.1";
    private static final int PROBE_MILLIS = 20_000;
    private static final long PUT_SECONDS = 30;

    private final TestAuthority authority = new TestAuthority("old-ca");
    private final List<TestEndpoint> endpoints = new ArrayList<>();

    @TempDir
    Path temp = Path.of("");

    @AfterEach
    void close() {
        endpoints.forEach(TestEndpoint::close);
    }

    private TestEndpoint endpoint(String name, TestAuthority.Issued own, String trusted) throws IOException {
        TestEndpoint endpoint = new TestEndpoint(temp.resolve(name), own, trusted);
        endpoints.add(endpoint);
        return endpoint;
    }

    private TestEndpoint endpoint(String name) throws IOException {
        return endpoint(name, authority.issue(name, HOST), authority.pem());
    }

    private List<TestEndpoint> members(int count) throws IOException {
        List<TestEndpoint> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(endpoint("m" + i + "-tls"));
        }
        return members;
    }

    private TestGroup group(List<TestEndpoint> members) throws IOException {
        return new TestGroup(
                temp,
                members.size(),
                (number, settings) -> settings.secured(members.get(number).setup()));
    }

    @Test
    void membersReplicateAndForwardOverMutualTls() throws Exception {
        List<TestEndpoint> members = members(3);
        try (TestGroup group = group(members).start()) {
            assertThat(put(group.leader(), "a")).isInstanceOf(Outcome.PutDone.class);
            assertThat(put(group.follower(), "b")).isInstanceOf(Outcome.PutDone.class);

            for (TestGroup.Node node : group.nodes) {
                TestGroup.await(() -> node.kv.revision() == 3);
            }
            assertThat(members).allMatch(member -> member.tls().refusals().count() == 0);
        }
    }

    @Test
    void onlyWhoShowsACertificateOfTheAuthorityGetsIn() throws Exception {
        List<TestEndpoint> members = members(1);
        TestAuthority foreign = new TestAuthority("foreign-ca");
        try (TestGroup group = group(members).start()) {
            String address = group.address(0);

            assertThat(probe(address, Optional.of(endpoint("friend").setup())))
                    .startsWith("REFUSED")
                    .contains("IDENTIFY is not answered here");
            assertThat(probe(address, Optional.empty())).startsWith("UNREACHABLE");
            assertThat(probe(
                            address,
                            Optional.of(endpoint("stranger", foreign.issue("stranger", HOST), authority.pem())
                                    .setup())))
                    .startsWith("UNREACHABLE");
            TestEndpoint doubter = endpoint("doubter", authority.issue("doubter", HOST), foreign.pem());
            assertThat(probe(address, Optional.of(doubter.setup())))
                    .startsWith("UNREACHABLE")
                    .contains("of CN=m0-tls, issued by CN=old-ca: unable to find valid certification path");

            assertThat(doubter.tls().refusals().count()).isPositive();
            TestGroup.await(() -> members.getFirst().tls().refusals().count() >= 2);
        }
    }

    @Test
    void callerMustCallFromAnAddressOfItsCertificate() throws Exception {
        List<TestEndpoint> members = members(2);
        TestEndpoint elsewhere = endpoint("elsewhere", authority.issue("elsewhere", "192.0.2.1"), authority.pem());
        TlsSetup checked = members.getFirst().setup();
        TlsSetup unchecked = new TlsSetup(members.getLast().tls(), TlsProtocol.USUAL, true, false);
        try (TestGroup group = new TestGroup(
                        temp, 2, (number, settings) -> settings.secured(number == 0 ? checked : unchecked))
                .start()) {
            assertThat(probe(group.address(0), Optional.of(elsewhere.setup())))
                    .startsWith("REFUSED")
                    .contains("is for 192.0.2.1, and the caller's address 127.0.0.1 is none of these");
            assertThat(probe(group.address(1), Optional.of(elsewhere.setup())))
                    .contains("IDENTIFY is not answered here");
            assertThat(put(group.leader(), "a")).isInstanceOf(Outcome.PutDone.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TLS1.2, TLS1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true",
        "TLS1.2, TLS1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, false",
        "TLS1.3, '', '', true",
        "'', '', TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, true"
    })
    void versionsAndSuitesAreKept(String min, String max, String suite, boolean common) throws Exception {
        TlsProtocol server = TlsProtocol.of(min, max, suite.isEmpty() ? List.of() : List.of(suite));
        TlsProtocol client = max.equals("TLS1.2")
                ? TlsProtocol.of("", "", List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
                : TlsProtocol.USUAL;
        TestEndpoint member = endpoint("m");
        try (TestGroup group = new TestGroup(
                        temp, 1, (_, settings) -> settings.secured(new TlsSetup(member.tls(), server, true, true)))
                .start()) {
            String answer = probe(
                    group.address(0), Optional.of(new TlsSetup(endpoint("c").tls(), client, true, true)));

            assertThat(answer).startsWith(common ? "REFUSED: " : "UNREACHABLE");
        }
    }

    @Test
    void nothingIsResumedAfterTheAuthorityIsGone() throws Exception {
        List<TestEndpoint> members = members(1);
        TestEndpoint old = endpoint("old");
        TestAuthority next = new TestAuthority("new-ca");
        try (TestGroup group = group(members).start()) {
            PeerSecurity calling = PeerSecurity.of(Optional.of(old.setup()));
            assertThat(call(calling, group.address(0))).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(call(calling, group.address(0))).isEqualTo(Status.Code.INVALID_ARGUMENT);

            members.getFirst().believe(next.pem());
            TestGroup.await(() -> members.getFirst().tls().reloads() == 1);

            assertThat(call(calling, group.address(0))).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    @Test
    void everythingIsReplacedWhileWritesGoOn() throws Exception {
        List<TestEndpoint> members = members(3);
        TestAuthority next = new TestAuthority("new-ca");
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        List<String> failures = new CopyOnWriteArrayList<>();
        try (TestGroup group = group(members).start()) {
            group.leader();
            Thread writer = Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    try {
                        // What is refused, as when leadership moves, is written again.
                        if (put(group.leader(), "k" + written.get()) instanceof Outcome.PutDone) {
                            written.incrementAndGet();
                        }
                    } catch (Exception e) {
                        failures.add(e.toString());
                        return;
                    }
                }
            });

            for (TestEndpoint member : members) {
                member.believe(authority.pem() + next.pem());
            }
            awaitReloads(members, 1);
            for (int i = 0; i < members.size(); i++) {
                members.get(i).show(next.issue("m" + i, HOST));
            }
            awaitReloads(members, 2);
            for (TestEndpoint member : members) {
                member.believe(next.pem());
            }
            awaitReloads(members, 3);
            int before = written.get();
            TestGroup.await(() -> written.get() > before || !failures.isEmpty());
            done.set(true);
            writer.join();

            // Connections of before may all be open still: a member that comes back makes new ones.
            TestGroup.Node follower = group.follower();
            group.restart(follower);
            assertThat(put(group.leader(), "last")).isInstanceOf(Outcome.PutDone.class);
            TestGroup.Node back = group.nodes.get(follower.number);
            long revision = group.leader().kv.revision();
            TestGroup.await(() -> back.kv.revision() == revision);
            assertThat(failures).isEmpty();
            assertThat(written.get()).isPositive();
        }
    }

    private static void awaitReloads(List<TestEndpoint> members, int reloads) {
        TestGroup.await(() -> members.stream().allMatch(member -> member.tls().reloads() == reloads));
    }

    private static Outcome put(TestGroup.Node node, String key) throws Exception {
        return node.put(key, "v").get(PUT_SECONDS, TimeUnit.SECONDS);
    }

    /** What came of a call: the reason and the message of its failure. */
    private static String probe(String address, Optional<TlsSetup> tls) throws Exception {
        try (PeerProbe probe = new PeerProbe(PROBE_MILLIS, tls)) {
            probe.identify(address).get(2L * PROBE_MILLIS, TimeUnit.MILLISECONDS);
            return "answered";
        } catch (ExecutionException e) {
            return e.getCause() instanceof PeerException failure
                    ? failure.reason() + ": " + failure.getMessage()
                    : String.valueOf(e.getCause());
        }
    }

    /** The status of a call without a member id on a connection of its own. */
    private static Status.Code call(PeerSecurity security, String address) throws InterruptedException {
        ManagedChannel channel = security.secure(NettyChannelBuilder.forTarget("dns:///" + address))
                .build();
        try {
            ClientCalls.blockingUnaryCall(
                    channel,
                    PeerWire.descriptor(PeerMethod.IDENTIFY),
                    CallOptions.DEFAULT.withDeadlineAfter(PROBE_MILLIS, TimeUnit.MILLISECONDS),
                    new byte[0]);
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        } finally {
            channel.shutdownNow().awaitTermination(PROBE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
