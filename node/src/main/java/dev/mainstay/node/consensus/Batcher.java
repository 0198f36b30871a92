package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs waiting proposals into log entries, one thread. Batching is natural: a batch leaves as soon as there is room in
 * the window, with whatever waits then, so a lone caller never waits for company and a thousand share an fsync.
 *
 * <p>A batch goes into this member's own log while it leads, else to the leader. Its outcomes come from this member's own
 * apply either way. Until then it is sent again whenever an attempt fails, takes too long, or somebody else leads; the
 * state counts it once.
 */
final class Batcher {

    private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

    /** Between attempts, times those that failed on the same way: nothing is in a hurry where nobody leads yet. */
    private static final long PAUSE_NANOS = 1_000_000;

    private static final int LONGEST_PAUSE = 10;

    private final ProposalQueue queue;
    private final EntryAssembler log;
    private final LeaderLink leader;
    private final LongSupplier nanoClock;
    private final ConsensusMeter meter;
    private final RaftSettings settings;
    private final Thread thread;

    Batcher(
            ProposalQueue queue,
            EntryAssembler log,
            LeaderLink leader,
            LongSupplier nanoClock,
            ConsensusMeter meter,
            RaftSettings settings) {
        this.queue = queue;
        this.log = log;
        this.leader = leader;
        this.nanoClock = nanoClock;
        this.meter = meter;
        this.settings = settings;
        this.thread = Thread.ofPlatform().daemon().name("batcher").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits, at most so long, for the thread to end after the queue was closed. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    private void run() {
        try {
            ProposalBatch batch;
            while ((batch = queue.take()) != null) {
                long pause = pauseNanos(batch);
                if (pause > 0) {
                    queue.pause(pause);
                }
                send(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How long to wait before a batch is sent. */
    static long pauseNanos(ProposalBatch batch) {
        int failures = batch.failures();
        return failures > 1 ? PAUSE_NANOS * Math.min(failures, LONGEST_PAUSE) : 0;
    }

    /** Sends a batch that the queue gave out. Batcher thread. */
    void send(ProposalBatch batch) {
        if (batch.isFinished()) {
            return;
        }
        int attempt = batch.nextAttempt(nanoClock.getAsLong());
        if (attempt > 1 && (batch.isLeadersOwn() || !batch.isAwaited())) {
            refuse(batch, ErrorCode.TIMEOUT);
            return;
        }
        byte[] body = batch.body();
        if (body.length > settings.batching().maxEntryBytes() - LogAppend.FRAME_BYTES) {
            refuse(batch, ErrorCode.REQUEST_TOO_LARGE);
            return;
        }
        var _ = sent(batch, attempt, body).whenComplete((_, thrown) -> {
            if (thrown != null) {
                failed(batch, attempt, thrown);
            }
        });
    }

    private CompletableFuture<?> sent(ProposalBatch batch, int attempt, byte[] body) {
        return switch (queue.routeOf(batch)) {
            case Route.Here() -> log.add(batch, body);
            case Route.To(long leaderId)
            when !batch.isLeadersOwn() -> forwarded(batch, leaderId, body, patienceMillis(attempt));
            default -> CompletableFuture.failedFuture(new IllegalStateException("no leader"));
        };
    }

    private CompletableFuture<?> forwarded(ProposalBatch batch, long leaderId, byte[] body, int millis) {
        BatchTrace trace = batch.trace();
        if (trace == null) {
            return leader.propose(leaderId, body, millis, null);
        }
        return leader.propose(leaderId, body, millis, trace.forwarding(leaderId))
                .whenComplete((_, thrown) -> trace.forwarded(thrown == null));
    }

    /** An election's time for the first attempt, since a leader that is gone doesn't answer; more for a busy one. */
    private int patienceMillis(int attempt) {
        long millis = (long) settings.timeouts().electionMillis() << Math.min(attempt - 1, 3);
        return (int) Math.min(millis, settings.timeouts().requestMillis());
    }

    private void failed(ProposalBatch batch, int attempt, Throwable why) {
        if (batch.isFinished() || batch.attempt() != attempt) {
            return;
        }
        batch.attemptFailed();
        LOG.debug("attempt {} for a batch of {} commands failed", attempt, batch.size(), why);
        if (batch.isLeadersOwn() || !batch.isAwaited()) {
            refuse(batch, ErrorCode.TIMEOUT);
        } else {
            queue.again(batch);
        }
    }

    /** Ends a batch that nobody waits for any more, or that may not go again. It may still come through the log. */
    void refuse(ProposalBatch batch, ErrorCode code) {
        if (batch.finish()) {
            meter.failed(batch.refuse(code), code);
            queue.arrived(batch);
        }
    }

    /** The outcomes of a batch are known. Apply thread. */
    void applied(ProposalBatch batch, List<Outcome> outcomes) {
        if (batch.finish()) {
            queue.arrived(batch);
        }
        batch.answer(outcomes);
        meter.committed(batch.size(), nanoClock.getAsLong() - batch.sentNanos());
    }
}
