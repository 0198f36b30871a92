package dev.mainstay.node.server;

import dev.mainstay.node.apply.StateHashes;
import dev.mainstay.node.consensus.RatisMember;
import dev.mainstay.node.leader.CheckPace;
import dev.mainstay.node.leader.ConsistencyKeeper;
import dev.mainstay.node.leader.ConsistencyMeter;
import dev.mainstay.node.leader.HashAnswers;
import dev.mainstay.node.leader.MemberComparison;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.server.settings.NodeSettings;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Comparisons of this member with the others: asked of it, made at its start, and made now and then while it leads. */
final class Checks implements AutoCloseable {

    private final HashAnswers answers;
    private final MemberComparison comparison;
    private final ConsistencyKeeper keeper;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("comparisons").daemon().factory());

    /** Made after the log and before it starts. */
    Checks(
            NodeSettings.Checks settings,
            RatisMember raft,
            StateHashes states,
            KvStore keys,
            MemberTable members,
            Alarms alarms,
            ConsistencyMeter meter) {
        answers = new HashAnswers(states, keys);
        answers.register(raft.peerMethods());
        comparison =
                new MemberComparison(raft.memberId(), members::now, raft.peers(), keys::revision, System::nanoTime);
        keeper = new ConsistencyKeeper(
                comparison,
                new CheckPace(
                        Math.max(1, settings.compactHashInterval().toMillis()),
                        settings.corruptInterval().toMillis(),
                        settings.compactHash()),
                alarms,
                raft,
                keys,
                raft,
                meter,
                Scheduler.on(thread));
    }

    MemberComparison comparison() {
        return comparison;
    }

    /** What this member does while it leads. */
    ConsistencyKeeper keeper() {
        return keeper;
    }

    /** Interrupts a comparison under way, and returns when nothing reads the store any more. */
    @Override
    public void close() {
        keeper.close();
        thread.shutdownNow();
        answers.close();
    }
}
