package dev.mainstay.node.backup;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Pieces of blocking work side by side; the first that fails ends them all. */
final class Parallel {

    private static final long STOP_SECONDS = 20;

    private Parallel() {}

    /** What is done with one thing. */
    interface Work<T> {
        void on(T thing) throws IOException;
    }

    /**
     * Does it with all, in their order as far as that goes.
     *
     * @param threads how many at a time
     */
    static <T> void each(Collection<T> things, int threads, Work<T> work) throws IOException {
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (T thing : things) {
            calls.add(() -> {
                work.on(thing);
                return true;
            });
        }
        run(calls, threads);
    }

    private static void run(List<Callable<Boolean>> calls, int threads) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(
                Math.max(1, Math.min(threads, calls.size())),
                Thread.ofPlatform().daemon().name("backup-", 0).factory());
        try {
            ExecutorCompletionService<Boolean> done = new ExecutorCompletionService<>(pool);
            for (Callable<Boolean> call : calls) {
                Future<Boolean> _ = done.submit(call);
            }
            for (int i = 0; i < calls.size(); i++) {
                Boolean _ = done.take().get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IOException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            end(pool);
        }
    }

    /** What is under way is interrupted, and given a while to stop: nobody should go on with what is taken back next. */
    private static void end(ExecutorService pool) {
        pool.shutdownNow();
        try {
            boolean _ = pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
