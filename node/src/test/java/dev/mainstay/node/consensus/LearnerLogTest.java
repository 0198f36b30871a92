package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A learner among three voters, over real logs and connections. */
@Timeout(240)
class LearnerLogTest {

    private static final RaftSettings.LogSizes SMALL = new RaftSettings.LogSizes(4_096, 2_048, 40, 1L << 30);

    /** As etcd's: a slow machine shouldn't change leaders all the time. */
    private static final RaftSettings.Timeouts STEADY = new RaftSettings.Timeouts(100, 1_000, 20_000);

    @TempDir
    private Path directory;

    @Test
    void learnerAddedUnderLoadReadsOutlivesLeadersIsPromotedAndVotes() throws Exception {
        try (TestGroup group = group(3, RaftSettings.LogSizes.USUAL)) {
            group.leader().put("before", "v").get(20, TimeUnit.SECONDS);
            AtomicBoolean done = new AtomicBoolean();
            Thread load = Thread.ofPlatform().start(() -> {
                for (int i = 0; !done.get(); i++) {
                    var _ = group.nodes.get(i % 3).put("k" + i % 100, "v" + i);
                    LockSupport.parkNanos(2_000_000);
                }
            });
            TestGroup.Node learner = group.learner(true);
            try {
                learner.start();
                configure(group, with(group, learner.self));
                assertReads(learner);
                // A leader that finds the learner in its configuration lets it go, and so does the next one.
                for (int i = 0; i < 2; i++) {
                    group.leader().raft.handOver();
                    assertReads(learner);
                }
                assertThat(learner.raft.mistakesLearnerForVoter()).isFalse();
            } finally {
                done.set(true);
                load.join();
            }

            configure(group, without(group, learner.self.memberId()));
            configure(group, with(group, voter(learner.self)));
            TestGroup.Node former = group.leader();
            assertThat(former).isNotEqualTo(learner);
            close(group, former);
            // Three of four are left, so the new leader has the vote and the log of the former learner.
            TestGroup.Node next = group.leader();
            assertThat(next.put("after", "v").get(60, TimeUnit.SECONDS)).isInstanceOf(Outcome.PutDone.class);
            assertReads(learner);
            TestGroup.await(() -> learner.kv.revision() == next.kv.revision());
            assertThat(learner.fatal).isEmpty();
        }
    }

    @Test
    void learnerWhoseLogDoesNotKnowWhatItIsIsFoundOutAndHelpedByARestart() throws Exception {
        try (TestGroup group = group(3, RaftSettings.LogSizes.USUAL)) {
            TestGroup.Node learner = group.learner(false);
            learner.start();
            configure(group, with(group, learner.self));

            TestGroup.await(learner.raft::mistakesLearnerForVoter);
            group.restart(learner);

            TestGroup.Node again = group.nodes.get(learner.number);
            assertReads(again);
            assertThat(again.raft.mistakesLearnerForVoter()).isFalse();
        }
    }

    /** A learner that had been in the configuration before has what the leader dropped of its log. */
    @Test
    void promotionNeedsNoSnapshotWhereTheLogWasTrimmed() throws Exception {
        List<Long> wishes = new ArrayList<>();
        try (TestGroup group = group(1, SMALL)) {
            TestGroup.Node leader = group.leader();
            TestGroup.Node learner = group.learner(true);
            learner.raft.snapshotsFrom((_, available) -> {
                synchronized (wishes) {
                    wishes.add(available.index());
                }
                return new CompletableFuture<>();
            });
            learner.start();
            configure(group, with(group, learner.self));
            for (int i = 0; i < 300; i++) {
                leader.put("k" + i, "v".repeat(100)).get(20, TimeUnit.SECONDS);
            }
            TestGroup.await(() -> leader.firstLogIndex() > 0);
            TestGroup.await(() -> learner.kv.revision() == leader.kv.revision());

            configure(group, without(group, learner.self.memberId()));
            configure(group, with(group, voter(learner.self)));

            assertThat(leader.put("after", "v").get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.PutDone.class);
            assertReads(learner);
            assertThat(wishes).isEmpty();
        }
    }

    private TestGroup group(int members, RaftSettings.LogSizes logs) throws IOException {
        return new TestGroup(directory, members, STEADY, logs).start();
    }

    private static void assertReads(TestGroup.Node learner) {
        // A read that falls into a change of leaders may be told so.
        TestGroup.await(() -> learner.raft.await().join().equals(Optional.empty()));
        assertThat(learner.fatal).isEmpty();
    }

    private static void configure(TestGroup group, List<GroupControl.Peer> wanted) {
        TestGroup.await(() -> {
            GroupControl control = group.leader().raft.control();
            if (!control.configuration().equals(wanted)) {
                var change = control.configure(wanted);
                TestGroup.await(change::isDone);
            }
            return control.configuration().equals(wanted) && !control.isChanging();
        });
    }

    private static List<GroupControl.Peer> with(TestGroup group, GroupControl.Peer peer) {
        List<GroupControl.Peer> all = new ArrayList<>(without(group, peer.memberId()));
        all.add(peer);
        return all;
    }

    private static List<GroupControl.Peer> without(TestGroup group, long memberId) {
        return group.leader().raft.control().configuration().stream()
                .filter(peer -> peer.memberId() != memberId)
                .toList();
    }

    private static GroupControl.Peer voter(GroupControl.Peer learner) {
        return new GroupControl.Peer(learner.memberId(), learner.address(), false);
    }

    private static void close(TestGroup group, TestGroup.Node node) throws IOException {
        group.nodes.remove(node);
        node.close();
    }
}
