package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.mvcc.HashRead;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members over real logs and real connections. */
@Timeout(120)
class RatisClusterTest {

    private static final RaftSettings.Timeouts LONG_HEARTBEATS = new RaftSettings.Timeouts(2_000, 10_000, 30_000);
    private static final Duration HALF_A_HEARTBEAT = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    @Test
    void everyMemberTakesWritesAndAllComeToTheSameState() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3).start()) {
            List<CompletableFuture<Outcome>> answers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                answers.add(group.nodes.get(i % 3).put("k" + i % 50, "v" + i));
            }
            Set<Long> revisions = new HashSet<>();
            for (CompletableFuture<Outcome> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.PutDone.class);
                revisions.add(((Outcome.PutDone) answer.join()).revision());
            }
            assertThat(revisions).hasSize(300).contains(2L, 301L);
            assertSameState(group, 301);
        }
    }

    @Test
    void followersReadWhatWasWrittenElsewhere() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3).start()) {
            for (int i = 0; i < 20; i++) {
                TestGroup.Node writer = group.nodes.get(i % 3);
                TestGroup.Node reader = group.nodes.get((i + 1) % 3);
                Outcome.PutDone done =
                        (Outcome.PutDone) writer.put("k", "v" + i).get(20, TimeUnit.SECONDS);

                assertThat(reader.raft.await().get(20, TimeUnit.SECONDS)).isEqualTo(Optional.empty());

                assertThat(reader.kv.revision()).isGreaterThanOrEqualTo(done.revision());
            }
        }
    }

    /** The heartbeat is every two seconds here, and one write at a time gives the leader nothing else to send. */
    @Test
    void loneWriteThroughAFollowerIsNotKeptWaitingForAHeartbeat() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3, LONG_HEARTBEATS, RaftSettings.LogSizes.USUAL).start()) {
            TestGroup.Node follower = group.follower();
            follower.put("first", "v").get(20, TimeUnit.SECONDS);
            List<Duration> waits = new ArrayList<>();
            for (int i = 0; i < 19; i++) {
                long from = System.nanoTime();
                follower.put("k", "v" + i).get(20, TimeUnit.SECONDS);
                waits.add(Duration.ofNanos(System.nanoTime() - from));
            }

            assertThat(median(waits)).isLessThan(HALF_A_HEARTBEAT);
        }
    }

    /** Heartbeats as above. Nobody at the followers waits for what is written through the leader. */
    @Test
    void followerThatWaitsForNothingHearsOfALoneWriteBeforeTheHeartbeat() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3, LONG_HEARTBEATS, RaftSettings.LogSizes.USUAL).start()) {
            TestGroup.Node leader = group.leader();
            TestGroup.Node follower = group.follower();
            leader.put("first", "v").get(20, TimeUnit.SECONDS);
            List<Duration> waits = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                long from = System.nanoTime();
                Outcome.PutDone done =
                        (Outcome.PutDone) leader.put("k", "v" + i).get(20, TimeUnit.SECONDS);
                TestGroup.await(() -> follower.kv.revision() >= done.revision());
                waits.add(Duration.ofNanos(System.nanoTime() - from));
            }

            assertThat(median(waits)).isLessThan(HALF_A_HEARTBEAT);
        }
    }

    /** Each write begins when the one before it has arrived, so if heartbeats brought them every wait would be a whole one. */
    private static Duration median(List<Duration> waits) {
        return waits.stream().sorted().skip(waits.size() / 2).findFirst().orElseThrow();
    }

    /** Several election timeouts in which only heartbeats say that the leader is there. */
    @Test
    void leaderStaysInOfficeWhileNothingIsWritten() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3).start()) {
            TestGroup.Node leader = group.leader();
            leader.put("first", "v").get(20, TimeUnit.SECONDS);
            long term = leader.raft.term();

            Thread.sleep(4_000);

            assertThat(group.leader()).isEqualTo(leader);
            assertThat(leader.raft.term()).isEqualTo(term);
        }
    }

    @Test
    void leaderHandsOverAndWritesThroughTheOthersGoOn() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3).start()) {
            TestGroup.Node leader = group.leader();
            TestGroup.Node follower = group.follower();
            follower.put("before", "v").get(20, TimeUnit.SECONDS);

            leader.raft.handOver();

            assertThat(leader.raft.isLeader()).isFalse();
            assertThat(follower.put("after", "v").get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.PutDone.class);
            assertThat(leader.put("after", "w").get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.PutDone.class);
            assertSameState(group, 4);
        }
    }

    /** The first of them has tried the others in vain for so long that gRPC lets it wait for seconds between two tries. */
    @Test
    void leadershipIsTakenOverByOneWhoTriedTheOthersInVainBefore() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3)) {
            TestGroup.Node early = group.nodes.getFirst();
            early.start();
            Thread.sleep(4_000);
            group.nodes.get(1).start();
            group.nodes.get(2).start();
            early.put("first", "v").get(20, TimeUnit.SECONDS);
            if (!early.raft.isLeader()) {
                group.leader()
                        .raft
                        .control()
                        .transferLeadership(early.self.memberId())
                        .get(10, TimeUnit.SECONDS);
            }

            assertThat(early.raft.isLeader()).isTrue();
        }
    }

    /** Each put gets one revision and no more, whoever leads when it reaches the log, and however often it does. */
    @Test
    void leadersThatComeAndGoNeitherLoseNorRepeatAWrite() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3).start()) {
            group.leader();
            List<CompletableFuture<Outcome>> answers = new ArrayList<>();
            AtomicBoolean done = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; !done.get(); i++) {
                    synchronized (answers) {
                        answers.add(group.nodes.get(i % 3).put("k" + i, "v"));
                    }
                    LockSupport.parkNanos(500_000);
                }
            });
            for (int i = 0; i < 8; i++) {
                group.leader().raft.handOver();
                Thread.sleep(200);
            }
            done.set(true);
            writer.join();
            Set<Long> revisions = new HashSet<>();
            for (CompletableFuture<Outcome> answer : answers) {
                Outcome outcome = answer.get(20, TimeUnit.SECONDS);
                assertThat(outcome).isInstanceOf(Outcome.PutDone.class);
                revisions.add(((Outcome.PutDone) outcome).revision());
            }
            assertThat(revisions).hasSize(answers.size());
            assertSameState(group, answers.size() + 1L);
        }
    }

    @Test
    void restartedMemberCatchesUp() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3).start()) {
            group.leader().put("a", "v").get(20, TimeUnit.SECONDS);
            group.restart(group.follower());
            group.leader().put("b", "v").get(20, TimeUnit.SECONDS);
            group.restart(group.leader());
            group.leader().put("c", "v").get(20, TimeUnit.SECONDS);

            assertSameState(group, 4);
        }
    }

    /** Else a serializable read could go back behind what this member has shown before. */
    @Test
    void memberThatFindsNoLeaderHasAppliedAgainWhatItHadApplied() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3).start()) {
            for (int i = 0; i < 20; i++) {
                group.leader().put("k" + i, "v").get(30, TimeUnit.SECONDS);
            }
            TestGroup.Node follower = group.follower();
            TestGroup.await(() -> follower.kv.revision() == 21);
            group.nodes.stream().filter(node -> node != follower).forEach(TestGroup.Node::close);

            TestGroup.Node again = group.replay(follower);

            assertThat(again.kv.revision()).isEqualTo(21);
            assertThat(again.raft.hasLeader()).isFalse();
        }
    }

    @Test
    void leaderKnowsHowFarTheOthersAre() throws Exception {
        try (TestGroup group = new TestGroup(directory, 3).start()) {
            TestGroup.Node leader = group.leader();
            leader.put("a", "v").get(20, TimeUnit.SECONDS);
            GroupControl control = leader.raft.control();

            assertThat(control.configuration()).hasSize(3).noneMatch(GroupControl.Peer::learner);
            for (GroupControl.Peer peer : control.configuration()) {
                TestGroup.await(() -> control.matchIndex(peer.memberId()).orElse(0) >= leader.raft.committedIndex());
                assertThat(control.silentMillis(peer.memberId()).orElse(-1)).isBetween(0L, 1_000L);
            }
            assertThat(group.follower().raft.control().matchIndex(1)).isEmpty();
        }
    }

    @Test
    void callsReachThePeerThatIsMeant() throws Exception {
        TestGroup group = new TestGroup(directory, 3);
        for (TestGroup.Node node : group.nodes) {
            byte number = (byte) node.number;
            node.raft
                    .peerMethods()
                    .register(
                            PeerMethod.STATE_HASH,
                            (from, request) ->
                                    CompletableFuture.completedFuture(new byte[] {number, (byte) from, request[0]}));
        }
        try (group) {
            group.start();
            group.leader();
            PeerCalls calls = group.nodes.get(0).raft.peers();
            for (int i = 0; i < 3; i++) {
                assertThat(calls.call(i + 1L, PeerMethod.STATE_HASH, new byte[] {9})
                                .get(20, TimeUnit.SECONDS))
                        .containsExactly(i, 1, 9);
            }
            assertThat(calls.call(8, PeerMethod.STATE_HASH, new byte[0])).failsWithin(20, TimeUnit.SECONDS);
            assertThat(calls.call(2, PeerMethod.TIME_TO_LIVE, new byte[0])).failsWithin(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void memberListensOnAllItsAddresses() throws Exception {
        List<Integer> ports = TestGroup.freePorts(2);
        RaftSettings settings = RaftSettings.usual(directory, 1, 77, "127.0.0.1", ports.get(0))
                .alsoListening(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(1))));
        try (RatisMember member = new RatisMember(
                        settings, new FileState(directory.resolve("state")), ConsensusMeter.NONE, (_, _) -> {});
                PeerProbe probe = new PeerProbe(20_000, Optional.empty())) {
            member.peerMethods()
                    .register(PeerMethod.IDENTIFY, (_, _) -> CompletableFuture.completedFuture(new byte[] {42}));
            member.start(() -> 0, Leadership.IGNORED);

            for (int port : ports) {
                assertThat(probe.identify("127.0.0.1:" + port).get(20, TimeUnit.SECONDS))
                        .containsExactly(42);
            }
        }
    }

    @Test
    void takenPeerPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RatisMember member = new RatisMember(
                        RaftSettings.usual(directory, 1, 77, "127.0.0.1", taken.getLocalPort()),
                        new FileState(directory.resolve("state")),
                        ConsensusMeter.NONE,
                        (_, _) -> {})) {
            assertThatThrownBy(() -> member.start(() -> 0, Leadership.IGNORED))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("can't listen for peers on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    private static void assertSameState(TestGroup group, long revision) {
        Set<HashRead> states = new HashSet<>();
        for (TestGroup.Node node : group.nodes) {
            TestGroup.await(() -> node.kv.revision() >= revision);
            assertThat(node.kv.revision()).isEqualTo(revision);
            states.add(node.kv.hash(0));
            assertThat(node.fatal).isEmpty();
        }
        assertThat(states).hasSize(1);
    }
}
