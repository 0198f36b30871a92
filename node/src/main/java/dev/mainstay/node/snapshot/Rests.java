package dev.mainstay.node.snapshot;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Lets a long read leave room for those who wait for answers: it asks now and then whether it is still wanted, and is held up for as long
 * as it has worked since it asked before, so that it takes half of a processor at most. One thread at a
 * time.
 */
public final class Rests implements BooleanSupplier {

    /** Work that isn't worth a rest. */
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** A read that was itself held up, by the disk or the scheduler, needn't make up for all of it. */
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final BooleanSupplier givenUp;
    private final LongSupplier nanoClock;
    private final LongConsumer sleeper;
    private long since;

    /** On the thread that asks, which sleeps. */
    public static Rests of(BooleanSupplier givenUp) {
        return new Rests(givenUp, System::nanoTime, LockSupport::parkNanos);
    }

    /**
     * @param givenUp whether nobody wants it any more
     * @param sleeper sleeps for about so many nanoseconds
     */
    Rests(BooleanSupplier givenUp, LongSupplier nanoClock, LongConsumer sleeper) {
        this.givenUp = givenUp;
        this.nanoClock = nanoClock;
        this.sleeper = sleeper;
        this.since = nanoClock.getAsLong();
    }

    @Override
    public boolean getAsBoolean() {
        if (givenUp.getAsBoolean()) {
            return true;
        }
        long worked = nanoClock.getAsLong() - since;
        if (worked >= SHORT_NANOS) {
            sleeper.accept(Math.min(worked, LONGEST_NANOS));
            since = nanoClock.getAsLong();
        }
        return false;
    }
}
