package dev.mainstay.embed;

import dev.mainstay.node.server.DataDirectory;
import dev.mainstay.node.server.NodeIdentity;
import dev.mainstay.node.server.settings.MemberUrl;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A member of Mainstay inside this program.
 *
 * <pre>{@code
 * try (EmbeddedMember member = EmbeddedMember.builder().start()) {
 *     String endpoint = member.endpoint();
 * }
 * }</pre>
 *
 * It promises what one in a process of its own does, as to durability and order. It shares nothing with others in the
 * program, and leaves the program's properties, hooks, handlers and log as they are. Any thread may use it.
 */
public final class EmbeddedMember implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(EmbeddedMember.class.getName());

    private final MemberPlan plan;
    private @Nullable MemberRun run;
    private boolean closed;
    private int starts;
    private volatile String endpoint = "";
    private volatile CompletableFuture<Failure> failure = new CompletableFuture<>();

    /**
     * Why a member stopped by itself.
     *
     * @param reason one sentence an operator can act on
     * @param cause where it came from
     */
    public record Failure(String reason, Throwable cause) {}

    /** Nothing is started yet; the plan is this member's from now on. */
    EmbeddedMember(MemberPlan plan) {
        this.plan = plan;
    }

    /** A member of its own cluster, with a temporary directory and free ports unless told otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** Its name among the members of its cluster. */
    public String name() {
        return plan.settings().identity().name();
    }

    /** Where clients connect to, such as {@code http://127.0.0.1:34567}; where it was last, while it is stopped. */
    public String endpoint() {
        return endpoint;
    }

    /** The port of {@link #endpoint}. */
    public int port() {
        return URI.create(endpoint).getPort();
    }

    /** Where its data is. */
    public Path dataDirectory() {
        return plan.settings().identity().dataDir();
    }

    /** Whether it was started and not stopped, by the program or by itself. */
    public synchronized boolean isRunning() {
        return run != null;
    }

    /** Whether it leads its cluster, as far as it knows. */
    public synchronized boolean leads() {
        return run != null && run.leads();
    }

    /**
     * Completes when the member can't keep its promises any more, such as when its disk fails or its cluster removed it:
     * where a process would end, this one stops, and only this one. Stays open when the member is stopped or closed. Each
     * start has a future of its own.
     */
    public CompletableFuture<Failure> failure() {
        return failure.copy();
    }

    /**
     * Starts it again after a {@link #stop}, on the same data and ports, and returns when it serves clients. Does nothing if
     * it runs.
     *
     * @throws EmbedException with the reason why it can't
     */
    public synchronized void start() {
        if (closed) {
            throw new EmbedException("member " + name() + " is closed");
        }
        if (run != null) {
            return;
        }
        CompletableFuture<Failure> fault = new CompletableFuture<>();
        failure = fault;
        int number = ++starts;
        MemberRun started =
                new MemberRun(plan.settings(), (reason, cause) -> failed(number, fault, new Failure(reason, cause)));
        endpoint = started.endpoint();
        run = started;
    }

    /** Must wait neither for the member, whose thread this may be, nor for the program. */
    private void failed(int number, CompletableFuture<Failure> fault, Failure why) {
        var _ = fault.completeAsync(
                () -> why,
                task -> Thread.ofPlatform().daemon().name("mainstay-failed").start(task));
        Thread.ofPlatform().daemon().name("mainstay-failed").start(() -> stopAfter(number));
    }

    private synchronized void stopAfter(int number) {
        if (number != starts) {
            return;
        }
        try {
            stop();
        } catch (EmbedException e) {
            LOG.log(System.Logger.Level.ERROR, e.getMessage());
        }
    }

    /**
     * Stops it as a process is that is told to end, and keeps data and ports for the next start. Does nothing if it doesn't
     * run.
     *
     * @throws EmbedException if it doesn't stop within 30 seconds; then what it holds stays held
     */
    public synchronized void stop() {
        MemberRun stopping = run;
        if (stopping == null) {
            return;
        }
        run = null;
        if (!stopping.stop()) {
            throw new EmbedException("member " + name() + " did not stop within " + MemberRun.STOP_LIMIT.toSeconds()
                    + " s; its data directory and ports stay in use");
        }
    }

    /**
     * Stops it for good, lets its ports go, and deletes its data if that was in a temporary directory.
     *
     * @throws EmbedException as {@link #stop} does
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        stop();
        plan.discard();
    }

    /** How a member is to be. */
    public static final class Builder {

        private static final int HIGHEST_PORT = 65_535;

        private String name = "default";
        private @Nullable Path directory;
        private int clientPort;
        private final List<String> flags = new ArrayList<>();

        private Builder() {}

        /** Its name, {@code default} if not given. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** Where its data is and stays; made if it isn't there. Without, a temporary one is deleted by {@link EmbeddedMember#close}. */
        public Builder dataDirectory(Path directory) {
            this.directory = directory;
            return this;
        }

        /** The port for clients at 127.0.0.1; 0, as if not given, for one that is free. */
        public Builder clientPort(int port) {
            if (port < 0 || port > HIGHEST_PORT) {
                throw new IllegalArgumentException("a port is from 0 to " + HIGHEST_PORT + ", not " + port);
            }
            this.clientPort = port;
            return this;
        }

        /** More flags of a member's, {@code --name=value} each; what they say counts before what the builder would. */
        public Builder flags(String... flags) {
            this.flags.addAll(List.of(flags));
            return this;
        }

        /**
         * Starts the member and returns when it serves clients.
         *
         * @throws EmbedException with the reason why it can't
         */
        public EmbeddedMember start() {
            GivenFlags given = new GivenFlags(flags);
            if (clientPort != 0) {
                given.refuse(Set.of("listen-client-urls"), "the builder was given a port for clients");
            }
            DataFolder folder = DataFolder.of(directory);
            List<HeldPort> ports = new ArrayList<>();
            try {
                Map<String, String> usual = usual(given, folder.path(), ports);
                EmbeddedMember member =
                        new EmbeddedMember(new MemberPlan(MemberPlan.settings(given.over(usual)), folder, ports));
                member.start();
                return member;
            } catch (RuntimeException e) {
                ports.forEach(HeldPort::close);
                folder.discard();
                throw e;
            }
        }

        /**
         * What a member needs to be told. Its token makes it a cluster that no other has the ids of; data that is there
         * keeps those it began with.
         */
        private Map<String, String> usual(GivenFlags given, Path data, List<HeldPort> ports) {
            Optional<NodeIdentity> recorded = DataDirectory.recorded(data);
            Map<String, String> usual = new LinkedHashMap<>();
            usual.put("name", name);
            usual.put("data-dir", data.toString());
            usual.put(
                    "initial-cluster-token",
                    recorded.map(NodeIdentity::token).orElseGet(() -> "embedded-" + UUID.randomUUID()));
            if (!given.has("listen-client-urls")) {
                HeldPort client = held(HeldPort.of(clientPort), ports);
                String url = given.clientScheme() + "://127.0.0.1:" + client.port();
                usual.put("listen-client-urls", url);
                usual.put("advertise-client-urls", url);
            }
            if (!given.has("listen-peer-urls")) {
                HeldPort peer = held(recorded.map(Builder::peerPort).orElseGet(HeldPort::any), ports);
                String url = given.peerScheme() + "://127.0.0.1:" + peer.port();
                usual.put("listen-peer-urls", url);
                usual.put(
                        "initial-advertise-peer-urls",
                        recorded.map(identity -> String.join(",", identity.peerUrls()))
                                .orElse(url));
            }
            return usual;
        }

        private static HeldPort held(HeldPort port, List<HeldPort> ports) {
            ports.add(port);
            return port;
        }

        /** The one it had before; but a member that is alone may as well have another. */
        private static HeldPort peerPort(NodeIdentity recorded) {
            try {
                return HeldPort.of(
                        MemberUrl.parse(recorded.peerUrls().getFirst()).port());
            } catch (EmbedException e) {
                return HeldPort.any();
            }
        }
    }
}
