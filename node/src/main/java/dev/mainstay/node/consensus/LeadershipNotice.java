package dev.mainstay.node.consensus;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listener of leadership, on a thread of its own, and lets proposals out only after it has taken office: the
 * clock that is stamped into batches is the leader's, and must have been set.
 */
final class LeadershipNotice implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeadershipNotice.class);

    private final Leadership listener;
    private final Consumer<Boolean> inOffice;
    private final ExecutorService executor;
    /** Which leadership this is; odd while leading. Guarded by this. */
    private long epoch;
    /** What the listener was told last; the executor's thread only. */
    private boolean told;

    /**
     * @param inOffice told true when the listener has taken office, and false as soon as leadership is lost
     * @param executor of one thread, on which the listener is told; closed with this
     */
    LeadershipNotice(Leadership listener, Consumer<Boolean> inOffice, ExecutorService executor) {
        this.listener = listener;
        this.inOffice = inOffice;
        this.executor = executor;
    }

    synchronized void ready(long term) {
        if (epoch % 2 == 0) {
            long mine = ++epoch;
            submit(() -> {
                told = true;
                listener.becameLeader(term);
                openIfStill(mine);
            });
        }
    }

    synchronized void lost() {
        if (epoch % 2 == 1) {
            epoch++;
            inOffice.accept(false);
            submit(() -> {
                if (told) {
                    told = false;
                    listener.lostLeadership();
                }
            });
        }
    }

    private synchronized void openIfStill(long mine) {
        if (epoch == mine) {
            inOffice.accept(true);
        }
    }

    private void submit(Runnable notice) {
        try {
            executor.execute(() -> {
                try {
                    notice.run();
                } catch (RuntimeException e) {
                    LOG.error("a listener to leadership failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        }
    }

    /** Tells what is still to be told, then ends. */
    @Override
    public void close() {
        lost();
        executor.close();
    }
}
