package dev.mainstay.node.server;

import dev.mainstay.node.consensus.FatalListener;
import dev.mainstay.node.observability.ExactRegistry;
import dev.mainstay.node.server.settings.NodeSettings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A member over its restarts within the process: one that was given a new state is closed whole and started again on the
 * same settings. A member that wants this again and again is ill, and ends instead. Any thread.
 */
public final class MemberLife implements AutoCloseable {

    /** More restarts than this in {@link #WINDOW_NANOS} are no cure. */
    static final int MOST_RESTARTS = 10;

    private static final System.Logger LOG = System.getLogger(MemberLife.class.getName());
    private static final long WINDOW_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final Duration CLOSE_LIMIT = Duration.ofMinutes(1);

    private final Start start;
    private final FatalListener fatal;
    private final LongSupplier nanoClock;
    private final StopStack running = new StopStack();
    private final Deque<Long> restarts = new ArrayDeque<>();
    private @Nullable Member member;
    private boolean closed;

    /** Starts the member. */
    interface Start {
        Member start(FatalListener fatal, RestartListener restart) throws DataDirectoryException, IOException;
    }

    /** Nothing is started yet. */
    MemberLife(Start start, FatalListener fatal, LongSupplier nanoClock) {
        this.start = start;
        this.fatal = fatal;
        this.nanoClock = nanoClock;
    }

    /** In the process that is this member's own. */
    static MemberLife of(NodeSettings settings, Vertx vertx, ExactRegistry registry, FatalListener fatal) {
        return new MemberLife(
                (toFatal, toRestart) -> Member.start(settings, vertx, registry, toFatal, toRestart),
                fatal,
                System::nanoTime);
    }

    /**
     * In a process that is somebody else's, whose log is left alone. Nothing is started yet.
     *
     * @param fatal told when the member can't go on; it should then be closed
     */
    public static MemberLife guest(NodeSettings settings, Vertx vertx, ExactRegistry registry, FatalListener fatal) {
        return new MemberLife(
                (toFatal, toRestart) -> Member.startGuest(settings, vertx, registry, toFatal, toRestart),
                fatal,
                System::nanoTime);
    }

    /** Starts the member; holds a stop up until it is through, so that nothing is left open. */
    public synchronized Member start() throws DataDirectoryException, IOException {
        // What an earlier member still has to say, such as that its log was closed, doesn't concern its successor.
        var current = new Object() {
            volatile boolean gone;
        };
        Member started = start.start(
                (reason, cause) -> {
                    if (!current.gone) {
                        fatal.fatal(reason, cause);
                    }
                },
                reason -> {
                    if (!current.gone) {
                        Thread.ofPlatform().name("restart").start(() -> restart(reason));
                    }
                });
        member = running.started("member", started);
        running.started("listeners", () -> current.gone = true);
        return started;
    }

    /** The member that runs now, or ran last; null before the first start. */
    public synchronized @Nullable Member member() {
        return member;
    }

    private synchronized void restart(String reason) {
        if (closed || running.isEmpty()) {
            return;
        }
        long now = nanoClock.getAsLong();
        while (!restarts.isEmpty() && now - restarts.peekFirst() > WINDOW_NANOS) {
            restarts.removeFirst();
        }
        if (restarts.size() >= MOST_RESTARTS) {
            fatal.fatal(
                    MOST_RESTARTS + " restarts within an hour did not help; now " + reason,
                    new IllegalStateException("too many restarts"));
            return;
        }
        restarts.addLast(now);
        LOG.log(Level.INFO, "the member starts again within its process: " + reason);
        Thread limit = Thread.ofPlatform().daemon().name("restart-limit").start(this::waitForClose);
        running.close();
        limit.interrupt();
        try {
            start();
            LOG.log(Level.INFO, "the member serves again");
        } catch (DataDirectoryException | IOException | RuntimeException e) {
            fatal.fatal("it could not be started again after " + reason + ": " + e.getMessage(), e);
        }
    }

    private void waitForClose() {
        try {
            Thread.sleep(CLOSE_LIMIT);
            fatal.fatal(
                    "it did not stop within " + CLOSE_LIMIT.toSeconds() + " s to start again",
                    new IllegalStateException("a part of the member hangs"));
        } catch (InterruptedException e) {
            // It has stopped.
        }
    }

    /** Whether nothing runs. Doesn't wait for a stop under way. */
    boolean isEmpty() {
        return running.isEmpty();
    }

    @Override
    public synchronized void close() {
        closed = true;
        running.close();
    }
}
