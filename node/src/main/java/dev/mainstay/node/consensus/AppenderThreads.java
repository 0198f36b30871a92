package dev.mainstay.node.consensus;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads for what a leader sends to its followers apart from what others' threads send in passing: one that keeps the time, and
 * a few that read the log for followers that are far behind. Any thread.
 */
final class AppenderThreads implements AutoCloseable {

    /** Two changes of nine members at a time can't come to more. */
    private static final int MOST_READERS = 16;

    private static final long IDLE_SECONDS = 30;

    /** Holds at most a task to be done now and one for later from each appender. */
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("append-timer").factory());

    private final ThreadPoolExecutor readers = new ThreadPoolExecutor(
            0, MOST_READERS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), Reader::new);

    private static final class Reader extends Thread {

        Reader(Runnable task) {
            super(task, "append-reader");
            setDaemon(true);
        }
    }

    AppenderThreads() {
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Runs a short task later; null if this was closed and it will not be. */
    @Nullable
    ScheduledFuture<?> after(long millis, Runnable task) {
        try {
            return timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    /** Runs a task that reads a lot, on a thread that {@link #mayRead}. Returns false if none is to be had now. */
    boolean read(Runnable task) {
        try {
            readers.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Whether nobody waits for the calling thread. */
    static boolean mayRead() {
        return Thread.currentThread() instanceof Reader;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        readers.shutdown();
    }
}
