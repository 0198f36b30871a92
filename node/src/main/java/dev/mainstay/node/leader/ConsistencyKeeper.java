package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.leader.ConsistencyMeter.Subject;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.mvcc.KvView;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The leader's duty to compare the members' data now and then. A member that differs from the majority, be it the leader
 * itself, is reported through the log, which makes that member stop serving. Where members differ and no majority says who is
 * right, the report names nobody, and all writes stop.
 *
 * <p>Comparisons run on the scheduler's thread and block it.
 */
public final class ConsistencyKeeper implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(ConsistencyKeeper.class.getName());

    private final MemberComparison comparison;
    private final CheckPace pace;
    private final Alarms alarms;
    private final RaftStatus raft;
    private final KvView keys;
    private final Proposer proposer;
    private final ConsistencyMeter meter;
    private final Scheduler scheduler;
    private final List<Scheduler.Rhythm> rhythms = new ArrayList<>();
    private volatile long comparedCompaction;
    private boolean closed;

    /** @param scheduler one for this alone */
    public ConsistencyKeeper(
            MemberComparison comparison,
            CheckPace pace,
            Alarms alarms,
            RaftStatus raft,
            KvView keys,
            Proposer proposer,
            ConsistencyMeter meter,
            Scheduler scheduler) {
        this.comparison = comparison;
        this.pace = pace;
        this.alarms = alarms;
        this.raft = raft;
        this.keys = keys;
        this.proposer = proposer;
        this.meter = meter;
        this.scheduler = scheduler;
        this.comparedCompaction = keys.compactRevision();
    }

    /** Takes the duty up. Called once this member leads and has applied everything that earlier leaders committed. */
    public synchronized void lead() {
        follow();
        if (closed) {
            return;
        }
        rhythms.add(scheduler.every(pace.stateMillis(), () -> unlessInterrupted(this::stateRound)));
        if (pace.keysMillis() > 0) {
            rhythms.add(scheduler.every(pace.keysMillis(), () -> unlessInterrupted(this::keysRound)));
        }
    }

    /** Lays the duty down. A comparison under way goes on, and reports nothing. */
    public synchronized void follow() {
        rhythms.forEach(Scheduler.Rhythm::close);
        rhythms.clear();
    }

    @Override
    public synchronized void close() {
        closed = true;
        follow();
    }

    private interface Round {
        void run() throws InterruptedException;
    }

    private static void unlessInterrupted(Round round) {
        try {
            round.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stateRound() throws InterruptedException {
        MemberComparison.States found = comparison.states();
        judged(Subject.STATE, found.verdict());
        boolean quiet = found.verdict() instanceof Verdict.Agreed || found.verdict() instanceof Verdict.Incomparable;
        if (found.origins() > 1 && quiet && !alarms.isRaised(Alarm.Type.CORRUPT) && raft.isLeader()) {
            LOG.log(Level.INFO, "the members began the hash of their state at different entries; it begins anew");
            CompletableFuture<?> _ = proposer.propose(new Command.BeginStateHash());
        }
        if (pace.keysAfterCompaction() && keys.compactRevision() > comparedCompaction) {
            keysRound();
        }
    }

    private void keysRound() throws InterruptedException {
        long compaction = keys.compactRevision();
        Verdict verdict = comparison.keys();
        judged(Subject.KEYS, verdict);
        if (!(verdict instanceof Verdict.Incomparable)) {
            comparedCompaction = compaction;
        }
    }

    private void judged(Subject subject, Verdict verdict) {
        meter.compared(subject, verdict);
        if (!raft.isLeader()) {
            return;
        }
        switch (verdict) {
            case Verdict.Agreed _, Verdict.Incomparable() -> {}
            case Verdict.Differing(List<Long> members) -> members.forEach(member -> report(subject, member));
            case Verdict.Undecided(boolean complete) -> {
                if (complete) {
                    report(subject, 0);
                } else {
                    LOG.log(
                            Level.ERROR,
                            "members'' data differ, found by comparing their {0}; who is right can''t be told until more"
                                    + " of them answer",
                            name(subject));
                }
            }
        }
    }

    private void report(Subject subject, long member) {
        if (alarms.raised().contains(new Alarm(member, Alarm.Type.CORRUPT))) {
            return;
        }
        if (member == 0) {
            LOG.log(
                    Level.ERROR,
                    "members'' data differ, found by comparing their {0}, and no majority has the same: all writes stop"
                            + " (alarm CORRUPT)",
                    name(subject));
        } else {
            LOG.log(
                    Level.ERROR,
                    "the data of member {0} differ from the majority''s, found by comparing their {1}: it must stop"
                            + " serving (alarm CORRUPT)",
                    MemberId.hex(member),
                    name(subject));
        }
        CompletableFuture<?> _ = proposer.propose(new Command.ReportCorrupt(member));
    }

    private static String name(Subject subject) {
        return switch (subject) {
            case STATE -> "state";
            case KEYS -> "keys";
        };
    }
}
