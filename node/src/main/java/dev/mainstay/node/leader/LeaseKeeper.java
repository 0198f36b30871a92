package dev.mainstay.node.leader;

import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.lease.LeaseTable;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The leader's duty towards leases: it renews them, ends those whose time is over, and keeps the cluster's clock going in
 * the log. A lease never ends before its TTL has passed since the last acknowledged grant or renewal; it ends at most half
 * a second and a commit later, or, where another leader took over or the member restarted, the slack of a logged renewal
 * (half a TTL, at most 60 s) and a tick (5 s) later.
 *
 * <p>Any thread; nothing blocks but for a short lock.
 */
public final class LeaseKeeper implements AutoCloseable {

    /** How often expired leases are looked for. */
    static final long ROUND_MILLIS = 500;

    private final LeaseTable leases;
    private final LeaseInbox inbox;
    private final Proposer proposer;
    private final ClusterClock clock;
    private final LongSupplier appliedMillis;
    private final Scheduler scheduler;
    private volatile @Nullable LeaseTerm term;

    /**
     * @param inbox must hear of every committed change of {@code leases}
     * @param clock must lead before {@link #lead} is called
     * @param appliedMillis the clock of the replicated state
     */
    public LeaseKeeper(
            LeaseTable leases,
            LeaseInbox inbox,
            Proposer proposer,
            ClusterClock clock,
            LongSupplier appliedMillis,
            Scheduler scheduler) {
        this.leases = leases;
        this.inbox = inbox;
        this.proposer = proposer;
        this.clock = clock;
        this.appliedMillis = appliedMillis;
        this.scheduler = scheduler;
    }

    /** Takes the duty up. Called once this member leads and has applied everything that earlier leaders committed. */
    public synchronized void lead() {
        follow();
        inbox.open();
        LeaseTerm started = new LeaseTerm(leases, inbox, proposer, clock, appliedMillis);
        started.start(scheduler);
        term = started;
    }

    /** Lays the duty down; renewals that wait fail with NO_LEADER. */
    public synchronized void follow() {
        LeaseTerm ended = term;
        term = null;
        if (ended != null) {
            inbox.shut();
            ended.close();
        }
    }

    /** Gives a lease another TTL. The future never fails. */
    public CompletableFuture<KeepAlive> keepAlive(long id) {
        LeaseTerm current = term;
        return current == null
                ? CompletableFuture.completedFuture(new KeepAlive.Failed(ErrorCode.NO_LEADER))
                : current.keepAlive(id);
    }

    /** Whole seconds a lease has left, rounded down; -1 for an unknown lease; empty when this member doesn't lead. */
    public OptionalLong remainingSeconds(long id) {
        LeaseTerm current = term;
        return current == null ? OptionalLong.empty() : OptionalLong.of(current.remainingSeconds(id));
    }

    @Override
    public void close() {
        follow();
    }
}
