package dev.mainstay.node.leader;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs the duties in their rhythm. One duty never runs twice at once. */
public interface Scheduler {

    /** Runs a duty again and again, with a pause of {@code periodMillis} before each run, until the rhythm is closed. */
    Rhythm every(long periodMillis, Runnable duty);

    /** A duty that goes on until it is closed. */
    interface Rhythm extends AutoCloseable {

        /** Ends the rhythm; a run that is under way may still finish. */
        @Override
        void close();
    }

    /** Duties on the threads of an executor; what a duty throws goes to the thread's handler, and the duty goes on. */
    static Scheduler on(ScheduledExecutorService executor) {
        return (periodMillis, duty) -> {
            ScheduledFuture<?> rhythm = executor.scheduleWithFixedDelay(
                    () -> runReporting(duty), periodMillis, periodMillis, TimeUnit.MILLISECONDS);
            return () -> rhythm.cancel(false);
        };
    }

    private static void runReporting(Runnable duty) {
        try {
            duty.run();
        } catch (RuntimeException e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }
}
