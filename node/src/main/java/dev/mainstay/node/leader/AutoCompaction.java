package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.consensus.RaftStatus;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Drops history by a rule. Every member follows the rule, so that whoever leads next knows what was when, but only the leader
 * proposes. What fails is tried again the next time. On the scheduler's threads.
 */
public final class AutoCompaction implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(AutoCompaction.class.getName());

    private final CompactionRule rule;
    private final LongSupplier revision;
    private final Proposer proposer;
    private final RaftStatus raft;
    private final LongSupplier nanoClock;
    private final Scheduler.Rhythm rhythm;

    /** @param revision the newest that this member has applied */
    public AutoCompaction(
            CompactionRule rule,
            LongSupplier revision,
            Proposer proposer,
            RaftStatus raft,
            LongSupplier nanoClock,
            Scheduler scheduler) {
        this.rule = rule;
        this.revision = revision;
        this.proposer = proposer;
        this.raft = raft;
        this.nanoClock = nanoClock;
        // The first note; nothing can be due before the first look.
        OptionalLong _ = rule.due(nowMillis(), revision.getAsLong());
        this.rhythm = scheduler.every(rule.periodMillis(), this::look);
    }

    @Override
    public void close() {
        rhythm.close();
    }

    private synchronized void look() {
        OptionalLong due = rule.due(nowMillis(), revision.getAsLong());
        if (due.isEmpty() || !raft.isLeader()) {
            return;
        }
        long target = due.getAsLong();
        CompletableFuture<?> _ = proposer.propose(new Command.Compact(target).by(Caller.CLUSTER))
                .thenAccept(outcome -> settle(target, outcome));
    }

    private synchronized void settle(long target, Outcome outcome) {
        if (!(outcome instanceof Outcome.Refused(ErrorCode code))) {
            rule.done(nowMillis(), target);
            LOG.log(
                    System.Logger.Level.INFO,
                    "dropped history before revision {0}, as --auto-compaction-retention says",
                    Long.toString(target));
        } else if (code == ErrorCode.COMPACTED) {
            rule.done(nowMillis(), target);
        } else {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "history before revision {0} is not dropped yet: {1}",
                    Long.toString(target),
                    code.message());
        }
    }

    private long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong());
    }
}
