package dev.mainstay.embed;

import dev.mainstay.node.consensus.FatalListener;
import dev.mainstay.node.observability.ExactRegistry;
import dev.mainstay.node.server.DataDirectoryException;
import dev.mainstay.node.server.Member;
import dev.mainstay.node.server.MemberLife;
import dev.mainstay.node.server.http.ClientListeners;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;

/** One member from a start to the next stop, with event loops and meters of its own. */
final class MemberRun {

    /** More than a healthy member ever takes to stop; one that has failed may hang. */
    static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final NodeSettings settings;
    private final Vertx vertx;
    private final ExactRegistry registry = new ExactRegistry();
    private final MemberLife life;

    /**
     * Returns when clients are served.
     *
     * @param fatal told when the member can't go on
     * @throws EmbedException with the reason why it can't start; nothing is left open then
     */
    MemberRun(NodeSettings settings, FatalListener fatal) {
        this.settings = settings;
        this.vertx = Vertx.vertx(options());
        this.life = MemberLife.guest(settings, vertx, registry, fatal);
        try {
            life.start();
        } catch (DataDirectoryException | IOException | RuntimeException e) {
            var _ = stop();
            throw new EmbedException("can't start: " + e.getMessage(), e);
        }
    }

    /** Without a cache of files, which would need a temporary folder and a shutdown hook. */
    private static VertxOptions options() {
        return new VertxOptions()
                .setEventLoopPoolSize(ClientListeners.eventLoops())
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    /** The first URL at which it serves clients, with the port it got if the flags left that open. */
    String endpoint() {
        MemberUrl url = settings.listen().clientUrls().getFirst();
        if (url.unixSocket()) {
            return url.text();
        }
        String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
        return url.scheme() + "://" + host + ":" + member().clientPort();
    }

    boolean leads() {
        return member().leads();
    }

    private Member member() {
        return Objects.requireNonNull(life.member(), "not started");
    }

    /**
     * Stops the member, on a thread of its own since what has failed may hang, and waits for that.
     *
     * @return whether it has stopped within {@link #STOP_LIMIT}
     */
    boolean stop() {
        Thread stopping = Thread.ofPlatform().daemon().name("mainstay-stop").start(this::close);
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        boolean interrupted = false;
        boolean stopped = false;
        while (!stopped && System.nanoTime() - deadline < 0) {
            try {
                stopped = stopping.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return stopped;
    }

    private void close() {
        life.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        registry.close();
    }
}
