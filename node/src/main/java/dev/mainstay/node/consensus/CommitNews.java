package dev.mainstay.node.consensus;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which followers wait to hear of a commit: those that forwarded a batch, whose clients get their answer with it. Any thread.
 */
final class CommitNews {

    private final ConcurrentMap<Long, Wait> members = new ConcurrentHashMap<>();

    private static final class Wait {

        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicLong upTo = new AtomicLong();
    }

    /** A batch of this member is on its way into the log. */
    void forwarded(long memberId) {
        of(memberId).underWay.incrementAndGet();
    }

    /** A batch of this member was applied, or failed, when all up to {@code committed} was. */
    void settled(long memberId, long committed) {
        Wait wait = of(memberId);
        wait.upTo.accumulateAndGet(committed, Math::max);
        wait.underWay.decrementAndGet();
    }

    /** Whether a member that knows of all up to {@code announced} waits for more. */
    boolean isAwaited(long memberId, long announced) {
        Wait wait = members.get(memberId);
        return wait != null && (wait.underWay.get() > 0 || wait.upTo.get() > announced);
    }

    private Wait of(long memberId) {
        return members.computeIfAbsent(memberId, _ -> new Wait());
    }
}
