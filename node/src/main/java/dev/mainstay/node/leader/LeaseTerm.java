package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link LeaseKeeper} knows while this member leads; dropped as a whole when it doesn't any more. Any thread: the
 * state is guarded by the object's lock, and proposals are made and futures completed outside of it.
 */
final class LeaseTerm implements AutoCloseable {

    private static final int MAX_IN_FLIGHT = 16;
    private static final int MAX_PER_ROUND = 500;
    private static final long TICK_MILLIS = 5_000;
    private static final KeepAlive GONE = new KeepAlive.Gone();

    private final LeaseTable leases;
    private final LeaseInbox inbox;
    private final Proposer proposer;
    private final ClusterClock clock;
    private final LongSupplier appliedMillis;

    private final LeaseDeadlines deadlines = new LeaseDeadlines();
    private final Map<Long, CompletableFuture<KeepAlive>> renewing = new HashMap<>();
    private final Map<Long, CompletableFuture<KeepAlive>> ending = new HashMap<>();
    private int inFlight;
    private int leftInRound;
    private boolean ticking;
    private boolean closed;
    private Scheduler.@Nullable Rhythm rhythm;

    LeaseTerm(LeaseTable leases, LeaseInbox inbox, Proposer proposer, ClusterClock clock, LongSupplier appliedMillis) {
        this.leases = leases;
        this.inbox = inbox;
        this.proposer = proposer;
        this.clock = clock;
        this.appliedMillis = appliedMillis;
    }

    /** Takes over every lease there is and begins to look for expired ones. */
    synchronized void start(Scheduler scheduler) {
        for (Lease lease : leases.leases()) {
            deadlines.changed(lease.id(), lease);
        }
        rhythm = scheduler.every(LeaseKeeper.ROUND_MILLIS, this::round);
    }

    CompletableFuture<KeepAlive> keepAlive(long id) {
        takeChanges();
        CompletableFuture<KeepAlive> answer;
        LeaseDeadlines.Renewal.ToLog toLog;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.completedFuture(new KeepAlive.Failed(ErrorCode.NO_LEADER));
            }
            switch (deadlines.renew(id, clock.millis())) {
                case LeaseDeadlines.Renewal.Unknown _ -> {
                    return CompletableFuture.completedFuture(GONE);
                }
                case LeaseDeadlines.Renewal.Expired _ -> {
                    return ending.computeIfAbsent(id, _ -> new CompletableFuture<>())
                            .copy();
                }
                case LeaseDeadlines.Renewal.Covered covered -> {
                    CompletableFuture<KeepAlive> underWay = renewing.get(id);
                    return underWay != null
                            ? underWay.copy()
                            : CompletableFuture.completedFuture(new KeepAlive.Renewed(covered.ttlSeconds()));
                }
                case LeaseDeadlines.Renewal.ToLog renewal -> {
                    answer = new CompletableFuture<>();
                    renewing.put(id, answer);
                    toLog = renewal;
                }
            }
        }
        CompletableFuture<KeepAlive> copy = answer.copy();
        propose(
                new Command.RenewLease(id, toLog.deadlineMillis()),
                outcome -> renewed(id, toLog.ttlSeconds(), answer, outcome));
        return copy;
    }

    long remainingSeconds(long id) {
        takeChanges();
        synchronized (this) {
            return deadlines.remainingSeconds(id, clock.millis());
        }
    }

    private void renewed(long id, long ttlSeconds, CompletableFuture<KeepAlive> answer, Outcome outcome) {
        takeChanges();
        KeepAlive result = switch (outcome) {
            case Outcome.Refused(ErrorCode code) when code == ErrorCode.LEASE_NOT_FOUND -> GONE;
            case Outcome.Refused(ErrorCode code) -> new KeepAlive.Failed(code);
            default -> new KeepAlive.Renewed(ttlSeconds);
        };
        synchronized (this) {
            renewing.remove(id, answer);
            if (result instanceof KeepAlive.Failed) {
                deadlines.notLogged(id);
            }
        }
        answer.complete(result);
    }

    private void round() {
        takeChanges();
        boolean tick;
        synchronized (this) {
            leftInRound = MAX_PER_ROUND;
            tick = !closed
                    && !ticking
                    && !leases.isEmpty()
                    && clock.millis() - appliedMillis.getAsLong() >= TICK_MILLIS;
            ticking |= tick;
        }
        expireSome();
        if (tick) {
            propose(new Command.Tick(), _ -> ticked());
        }
    }

    private synchronized void ticked() {
        ticking = false;
    }

    /** Proposes as many expiries as the bounds allow. */
    private void expireSome() {
        List<Lease> expired;
        synchronized (this) {
            if (closed) {
                return;
            }
            int room = Math.min(MAX_IN_FLIGHT - inFlight, leftInRound);
            expired = deadlines.takeExpired(clock.millis(), room);
            inFlight += expired.size();
            leftInRound -= expired.size();
        }
        for (Lease lease : expired) {
            propose(
                    new Command.ExpireLease(lease.id(), lease.deadlineMillis()),
                    outcome -> expired(lease.id(), outcome));
        }
    }

    private void expired(long id, Outcome outcome) {
        takeChanges();
        boolean refused = outcome instanceof Outcome.Refused;
        synchronized (this) {
            inFlight--;
            deadlines.putBack(id, refused ? clock.millis() + LeaseKeeper.ROUND_MILLIS : clock.millis());
        }
        if (!refused) {
            expireSome();
        }
    }

    private void propose(Command command, Consumer<Outcome> then) {
        CompletableFuture<Void> _ = proposer.propose(command).thenAccept(then);
    }

    /**
     * Takes note of what was committed, and tells those who waited for a lease's end. Once this leadership is over the
     * changes are for the next: a late answer to a proposal of this one must not take them away from it.
     */
    private void takeChanges() {
        List<CompletableFuture<KeepAlive>> ended = new ArrayList<>();
        synchronized (this) {
            if (closed) {
                return;
            }
            for (LeaseInbox.Change change : inbox.take()) {
                deadlines.changed(change.id(), change.lease());
                CompletableFuture<KeepAlive> waiting = change.lease() == null ? ending.remove(change.id()) : null;
                if (waiting != null) {
                    ended.add(waiting);
                }
            }
        }
        ended.forEach(waiting -> waiting.complete(GONE));
    }

    @Override
    public void close() {
        List<CompletableFuture<KeepAlive>> waiting;
        synchronized (this) {
            closed = true;
            if (rhythm != null) {
                rhythm.close();
            }
            waiting = new ArrayList<>(renewing.values());
            waiting.addAll(ending.values());
            renewing.clear();
            ending.clear();
        }
        waiting.forEach(future -> future.complete(new KeepAlive.Failed(ErrorCode.NO_LEADER)));
    }
}
