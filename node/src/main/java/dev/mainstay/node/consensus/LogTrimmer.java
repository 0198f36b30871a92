package dev.mainstay.node.consensus;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log short: after so many entries or bytes the state is flushed and the log behind it dropped. Flushing runs
 * on a thread of its own beside apply, which counts and never waits.
 */
final class LogTrimmer {

    private static final Logger LOG = LoggerFactory.getLogger(LogTrimmer.class);

    private final RaftSettings.LogSizes sizes;
    private final Runnable trim;
    private final AtomicBoolean running = new AtomicBoolean();
    private long entries;
    private long bytes;

    /** @param trim flushes the state and has the log dropped up to what is durable then */
    LogTrimmer(RaftSettings.LogSizes sizes, Runnable trim) {
        this.sizes = sizes;
        this.trim = trim;
    }

    /** Counts an applied entry. Apply thread. */
    void applied(int entryBytes) {
        entries++;
        bytes += entryBytes;
        if ((entries >= sizes.snapshotEntries() || bytes >= sizes.snapshotBytes())
                && running.compareAndSet(false, true)) {
            entries = 0;
            bytes = 0;
            Thread.ofPlatform().daemon().name("log-trimmer").start(this::run);
        }
    }

    private void run() {
        try {
            trim.run();
        } catch (RuntimeException e) {
            LOG.warn("the log could not be trimmed, it will be tried again", e);
        } finally {
            running.set(false);
        }
    }
}
