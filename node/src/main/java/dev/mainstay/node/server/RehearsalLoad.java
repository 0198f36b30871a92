package dev.mainstay.node.server;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A few clients that never rest, until closed. Calls that fail are made again: members come and go meanwhile. */
final class RehearsalLoad implements AutoCloseable {

    private static final int CLIENTS_OF_EACH = 5;
    private static final long PAUSE_MILLIS = 20;

    private final RehearsalCalls calls;
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closed;

    /** @param ports of the members; 0 for one that is away */
    RehearsalLoad(RehearsalCalls calls, List<AtomicInteger> ports) {
        this.calls = calls;
        for (AtomicInteger port : ports) {
            for (int i = 0; i < CLIENTS_OF_EACH; i++) {
                clients.execute(() -> run(port));
            }
        }
    }

    private void run(AtomicInteger port) {
        try {
            for (int i = 0; !closed; i++) {
                int to = port.get();
                if (to == 0 || !answered(to, i)) {
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean answered(int port, int number) {
        try {
            calls.round(port, number);
            return true;
        } catch (CompletionException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        clients.close();
    }
}
