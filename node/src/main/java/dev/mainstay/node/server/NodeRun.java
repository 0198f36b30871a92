package dev.mainstay.node.server;

import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.observability.ExactRegistry;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.tls.TlsException;
import io.quarkus.runtime.Quarkus;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The life of the one member of this process, from its first log line to its exit status. */
final class NodeRun implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(NodeRun.class.getName());

    /** A member that can't go on may not be able to stop either; after this long the process goes without it. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private static final int FAILED = 1;

    private final Vertx vertx;
    private final ExactRegistry registry;
    private volatile @Nullable MemberLife life;
    private final AtomicReference<String> fault = new AtomicReference<>("");

    NodeRun(Vertx vertx, ExactRegistry registry) {
        this.vertx = vertx;
        this.registry = registry;
    }

    /** Runs until the process is told to stop or the member can't go on; answers the exit status. */
    int run(Invocation.Run asked) {
        NodeSettings settings = asked.settings();
        asked.warnings().forEach(warning -> LOG.log(Level.WARNING, warning));
        Versions versions = Versions.read();
        LOG.log(
                Level.INFO,
                "starting mainstay " + versions.mainstay() + " (commit " + versions.commit() + ", Java "
                        + Runtime.version() + "), name " + settings.identity().name() + ", data directory "
                        + settings.identity().dataDir().toAbsolutePath());
        try {
            MemberLife starting = MemberLife.of(settings, vertx, registry, this::fatal);
            life = starting;
            starting.start();
            // It may have begun to start again already, on a snapshot; then this waits until it has.
            Member member = Objects.requireNonNull(starting.member());
            LOG.log(
                    Level.INFO,
                    "member " + MemberId.hex(member.identity().memberId()) + " of cluster "
                            + MemberId.hex(member.identity().clusterId()) + " serves clients on "
                            + String.join(", ", member.clientAddresses()));
            LOG.log(Level.INFO, "ready to serve client requests");
            new SystemdNotice(System.getenv()).ready();
            Rehearsal.runIfAsked(
                    vertx, member.clientPort(), settings.identity().dataDir().resolve("cluster"));
            Quarkus.waitForExit();
        } catch (DataDirectoryException | TlsException e) {
            LOG.log(Level.ERROR, "can't start: " + e.getMessage());
            return FAILED;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.ERROR, "can't start: " + e.getMessage(), e);
            return FAILED;
        } finally {
            close();
        }
        return fault.get().isEmpty() ? 0 : FAILED;
    }

    /**
     * Stops the member and returns when it has stopped, whoever else is stopping it. The process must not end before: its
     * end would wait for threads of the store that wait for the Java machine.
     */
    @Override
    public void close() {
        MemberLife now = life;
        if (now == null) {
            return;
        }
        if (!now.isEmpty()) {
            LOG.log(Level.INFO, "stopping");
        }
        now.close();
    }

    /** Any thread. Only the first fault counts; those that follow are mostly its consequences. */
    private void fatal(String reason, Throwable cause) {
        if (fault.compareAndSet("", reason)) {
            if (cause instanceof RemovedMemberException) {
                LOG.log(
                        Level.ERROR,
                        cause.getMessage() + " and stops. Its id can't come back: to join again, add a new member and"
                                + " start it with an empty data directory.");
            } else {
                LOG.log(
                        Level.ERROR,
                        "this member can't keep its promises any more and stops: " + reason
                                + ". Nothing acknowledged is lost by stopping. If a start fails too, replace this"
                                + " member's data from a backup.",
                        cause);
            }
            StopLimit.start(STOP_LIMIT);
            Quarkus.asyncExit(FAILED);
        }
    }
}
