package dev.mainstay.node.backup;

import dev.mainstay.node.backup.BackupException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Says every few seconds that a backup is still being made, and what was sent of it, so that whoever makes the next one needn't send that
 * again if this one breaks off. Any thread; it has one of its own.
 */
final class Heartbeat implements AutoCloseable {

    /** A backup whose last sign of life is older than this isn't completed: it may count as dead to others. */
    static final Duration STALE = Duration.ofMinutes(30);

    private static final System.Logger LOG = System.getLogger(Heartbeat.class.getName());
    private static final long STOP_SECONDS = 60;

    private final Repository repository;
    private final BackupId id;
    private final List<StoredFile> sent = new ArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("backup-heartbeat").factory());
    private volatile long lastNanos;
    private volatile @Nullable IOException failure;

    /** Writes the first one, and more from now on. */
    Heartbeat(Repository repository, BackupId id, Duration every) throws IOException {
        this.repository = repository;
        this.id = id;
        repository.beat(id, List.of());
        lastNanos = System.nanoTime();
        ScheduledFuture<?> _ =
                thread.scheduleWithFixedDelay(this::beat, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Another file is there. */
    void sent(StoredFile file) {
        synchronized (sent) {
            sent.add(file);
        }
    }

    private void beat() {
        List<StoredFile> now;
        synchronized (sent) {
            now = List.copyOf(sent);
        }
        try {
            repository.beat(id, now);
            lastNanos = System.nanoTime();
            failure = null;
        } catch (IOException e) {
            failure = e;
            LOG.log(System.Logger.Level.WARNING, "no sign of life could be written: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "no sign of life could be written", e);
        }
    }

    /** @throws BackupException if there was no sign of life for so long that others may have taken the backup for dead */
    void requireFresh() throws IOException {
        if (System.nanoTime() - lastNanos > STALE.toNanos()) {
            IOException last = failure;
            String message = "no sign of life could be written for " + STALE.toMinutes() + " minutes";
            throw last == null
                    ? new BackupException(Reason.TAKEN_AWAY, message)
                    : new BackupException(Reason.TAKEN_AWAY, message + ": " + last.getMessage(), last);
        }
    }

    /** Says one last time what was sent; nothing of it is under way any more when this returns. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                beat();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
