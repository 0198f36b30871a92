package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this member has on its way into the log, and the reads that wait for the log, whatever the log is made of: takes
 * them in, follows the leader, and answers what has waited too long. Any thread.
 */
final class LogTraffic implements Proposer {

    private final RaftSettings settings;
    private final LongSupplier nanoClock;
    private final ConsensusMeter meter;
    private final ProposalQueue queue;
    private final ReadRounds reads;
    private final LeaderContact contact;
    private final long requestNanos;

    /**
     * @param readRound one read-index round; see {@link ReadRounds}
     * @param follow starts the round that follows another
     */
    LogTraffic(
            RaftSettings settings,
            Supplier<CompletableFuture<Boolean>> readRound,
            Executor follow,
            LongSupplier nanoClock,
            ConsensusMeter meter) {
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.meter = meter;
        this.requestNanos = TimeUnit.MILLISECONDS.toNanos(settings.timeouts().requestMillis());
        this.contact = new LeaderContact(
                TimeUnit.MILLISECONDS.toNanos(settings.timeouts().electionMillis()), nanoClock.getAsLong());
        this.queue = new ProposalQueue(settings.batching(), settings.memberId());
        this.reads = new ReadRounds(readRound, nanoClock, requestNanos, follow);
    }

    /** Where the batcher finds what waits. */
    ProposalQueue queue() {
        return queue;
    }

    @Override
    public CompletableFuture<Outcome> propose(Command command) {
        return propose(command, () -> false, null);
    }

    @Override
    public CompletableFuture<Outcome> propose(Command command, BooleanSupplier gone, @Nullable ProposalTrace trace) {
        long bytes = CommandSize.of(command);
        if (bytes > settings.batching().maxCommandBytes()) {
            return refused(ErrorCode.REQUEST_TOO_LARGE);
        }
        var proposal = new Proposal(command, (int) bytes, nanoClock.getAsLong() + requestNanos, gone, trace);
        ErrorCode refusal = queue.offer(proposal);
        return refusal == null ? proposal : refused(refusal);
    }

    /** Waits for this member to be up to date; see {@link ReadBarrier}. */
    CompletableFuture<Optional<ErrorCode>> read() {
        return reads.join();
    }

    /** Reads that waited for a leader may find one now. */
    void retryReads() {
        reads.start();
    }

    /**
     * This member has taken office, or leads no more.
     *
     * @param leaderId who leads as far as this member knows, 0 for nobody
     */
    void inOffice(boolean leading, long leaderId) {
        if (leading) {
            reroute(Route.HERE);
        } else {
            boolean other = leaderId != 0 && leaderId != settings.memberId();
            reroute(other ? new Route.To(leaderId) : Route.NOWHERE);
        }
    }

    /** This member has heard who leads now. If it is itself, it hasn't taken office yet. */
    void leaderIs(long leaderId) {
        contact.elected(nanoClock.getAsLong());
        meter.leaderChanged(leaderId);
        if (leaderId != settings.memberId()) {
            reroute(new Route.To(leaderId));
        }
    }

    private void reroute(Route route) {
        List<Proposal> refused = queue.reroute(route);
        for (Proposal proposal : refused) {
            proposal.complete(new Outcome.Refused(ErrorCode.LEADER_CHANGED));
        }
        if (!refused.isEmpty()) {
            meter.failed(refused.size(), ErrorCode.LEADER_CHANGED);
        }
        reads.start();
    }

    /**
     * Answers what has waited too long, and tries again for the other reads. To be called again and again.
     *
     * @param led whether a leader is known
     * @param connected whether it is heard from or, on the leader, a majority is
     */
    void sweep(boolean led, boolean connected) {
        long now = nanoClock.getAsLong();
        contact.look(now, led, connected);
        queue.expired(now).forEach(this::timeOut);
        for (ProposalBatch batch : queue.underWay()) {
            batch.expired(now).forEach(this::timeOut);
        }
        if (reads.sweep(now, ErrorCode.TIMEOUT)) {
            meter.readsTimedOut();
        }
    }

    private void timeOut(Proposal proposal) {
        ErrorCode why = contact.timeout(proposal.deadlineNanos - requestNanos);
        if (proposal.complete(new Outcome.Refused(why))) {
            meter.failed(1, why);
        }
    }

    /** Answers everything with STOPPED, now and from now on. */
    void stop() {
        int refused = 0;
        for (Proposal proposal : queue.close()) {
            proposal.complete(new Outcome.Refused(ErrorCode.STOPPED));
            refused++;
        }
        for (ProposalBatch batch : queue.underWay()) {
            refused += batch.refuse(ErrorCode.STOPPED);
        }
        reads.close(ErrorCode.STOPPED);
        if (refused > 0) {
            meter.failed(refused, ErrorCode.STOPPED);
        }
    }

    private CompletableFuture<Outcome> refused(ErrorCode code) {
        meter.failed(1, code);
        return CompletableFuture.completedFuture(new Outcome.Refused(code));
    }
}
