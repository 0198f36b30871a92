package dev.mainstay.node.snapshot;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.SnapshotRequests;
import dev.mainstay.node.membership.MemberId;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the state fetched when the log can't bring this member up to date, one fetch at a time, on a thread of its own. */
public final class SnapshotInstaller implements SnapshotRequests, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotInstaller.class);
    private static final long CLOSE_PATIENCE_MILLIS = 5_000;
    private static final Duration PAUSE_PER_FAILURE = Duration.ofSeconds(5);
    private static final int MOST_PAUSES = 12;

    private final PeerCalls peers;
    private final Path directory;
    private final SnapshotMeter meter;
    private final FetchLimits limits;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final Consumer<String> restart;
    private @Nullable Thread thread;
    private int failures;
    private boolean closed;

    /**
     * @param directory where what is fetched goes
     * @param restart told once, with the reason, when a whole state lies there: the member must be started again on it
     */
    public SnapshotInstaller(
            PeerCalls peers,
            Path directory,
            SnapshotMeter meter,
            FetchLimits limits,
            LongSupplier nanoClock,
            RandomGenerator random,
            Consumer<String> restart) {
        this.peers = peers;
        this.directory = directory;
        this.meter = meter;
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.random = random;
        this.restart = restart;
    }

    @Override
    public synchronized CompletableFuture<Void> wanted(long leaderId, LogPosition firstAvailable) {
        if (closed || thread != null) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException(closed ? "the member stops" : "a snapshot is being fetched already"));
        }
        var failure = new CompletableFuture<Void>();
        LOG.info(
                "the log of leader {} begins at index {}, behind what this member has: fetching its state",
                MemberId.hex(leaderId),
                firstAvailable.index());
        // The leader asks again at once.
        Duration pause = PAUSE_PER_FAILURE.multipliedBy(Math.min(failures, MOST_PAUSES));
        thread = Thread.ofPlatform()
                .daemon()
                .name("snapshot-fetch")
                .start(() -> fetch(leaderId, firstAvailable, pause, failure));
        return failure;
    }

    private void fetch(long leaderId, LogPosition firstAvailable, Duration pause, CompletableFuture<Void> failure) {
        try {
            Thread.sleep(pause);
            LogPosition position = new SnapshotFetch(
                            peers, leaderId, firstAvailable.index(), directory, meter, limits, nanoClock, random)
                    .run();
            restart.accept("its state was replaced by a snapshot of member " + MemberId.hex(leaderId) + " at index "
                    + position.index());
        } catch (InterruptedException | ClosedByInterruptException e) {
            end(failure, e);
        } catch (IOException | RuntimeException e) {
            LOG.warn("the snapshot could not be fetched; the leader will offer it again: {}", e.getMessage(), e);
            end(failure, e);
        }
    }

    private void end(CompletableFuture<Void> failure, Exception cause) {
        synchronized (this) {
            thread = null;
            failures++;
        }
        failure.completeExceptionally(cause);
    }

    /** Whether a fetch is under way, or a restart on what was fetched. */
    public synchronized boolean fetching() {
        return thread != null;
    }

    /** Deletes what an earlier life began to fetch, if nobody has wanted it to go on; to be called now and then. */
    public synchronized void tidy() {
        if (thread != null || closed) {
            return;
        }
        try {
            Trees.delete(directory);
        } catch (IOException e) {
            LOG.warn("{} could not be deleted", directory, e);
        }
    }

    /** Stops a fetch under way; what has come in stays for the next life. */
    @Override
    public void close() {
        Thread now;
        synchronized (this) {
            closed = true;
            now = thread;
        }
        if (now == null || now.equals(Thread.currentThread())) {
            return;
        }
        now.interrupt();
        try {
            now.join(CLOSE_PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
