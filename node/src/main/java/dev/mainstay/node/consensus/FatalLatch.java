package dev.mainstay.node.consensus;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trips once, when the member can't keep its promises any more. Any thread. */
final class FatalLatch {

    private static final Logger LOG = LoggerFactory.getLogger(FatalLatch.class);

    private final FatalListener listener;
    private final Runnable refuseEverything;
    private final AtomicBoolean tripped = new AtomicBoolean();

    /** @param refuseEverything answers all who wait, before the listener hears of it */
    FatalLatch(FatalListener listener, Runnable refuseEverything) {
        this.listener = listener;
        this.refuseEverything = refuseEverything;
    }

    boolean isTripped() {
        return tripped.get();
    }

    void trip(String reason, Throwable cause) {
        if (tripped.compareAndSet(false, true)) {
            LOG.error("this member stops: {}", reason, cause);
            try {
                refuseEverything.run();
            } finally {
                listener.fatal(reason, cause);
            }
        }
    }
}
