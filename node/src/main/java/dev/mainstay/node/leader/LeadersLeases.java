package dev.mainstay.node.leader;

import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.AppliedWait;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The time of leases as this member keeps it while it leads. A lease that it doesn't know may have been granted through a
 * member that is quicker to apply: so it says that there is none only when it has applied all that is committed. And while
 * it hasn't laid its duties down yet, although another leads, it would renew on the strength of deadlines that the other
 * logged: so what it renewed counts only if it still leads then.
 *
 * @param applied what to wait for before that
 * @param leads whether this member leads, as the log knows, which is sooner than the duties do
 */
public record LeadersLeases(LeaseKeeper keeper, AppliedWait applied, BooleanSupplier leads) {

    private static final long GONE = -1;

    /** NO_LEADER where this member doesn't lead, TIMEOUT_APPLYING where it lags. The future never fails. */
    public CompletableFuture<KeepAlive> keepAlive(long id) {
        return keeper.keepAlive(id)
                .thenCompose(answer -> answer instanceof KeepAlive.Gone
                        ? applied.caughtUp().thenCompose(done -> done ? keeper.keepAlive(id) : lagging())
                        : CompletableFuture.completedFuture(answer))
                .thenApply(answer -> answer instanceof KeepAlive.Renewed && !leads.getAsBoolean()
                        ? new KeepAlive.Failed(ErrorCode.NO_LEADER)
                        : answer);
    }

    /** The same for the time that is left. */
    public CompletableFuture<TimeLeft> timeLeft(long id) {
        TimeLeft answer = look(id);
        return answer instanceof TimeLeft.Gone
                ? applied.caughtUp()
                        .thenApply(done -> done ? look(id) : new TimeLeft.Failed(ErrorCode.TIMEOUT_APPLYING))
                : CompletableFuture.completedFuture(answer);
    }

    private TimeLeft look(long id) {
        OptionalLong seconds = keeper.remainingSeconds(id);
        if (seconds.isEmpty()) {
            return new TimeLeft.Failed(ErrorCode.NO_LEADER);
        }
        return seconds.getAsLong() == GONE ? new TimeLeft.Gone() : new TimeLeft.Seconds(seconds.getAsLong());
    }

    private static CompletableFuture<KeepAlive> lagging() {
        return CompletableFuture.completedFuture(new KeepAlive.Failed(ErrorCode.TIMEOUT_APPLYING));
    }
}
