package dev.mainstay.node.server.http;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.mainstay.node.server.settings.NodeSettings;
import io.vertx.core.http.HttpConnection;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * The bounds on what clients may cost, for all addresses of a member. Those for metrics alone have room of their own, so that
 * a flood of clients doesn't hide itself.
 */
public final class ClientGuard {

    private static final int MOST_ON_METRICS_URLS = 512;

    /** What a connection may cost that is open and hardly used. */
    private static final long BYTES_OF_CONNECTION = 32 << 10;

    /** Files that the store, the log and the other members need. */
    private static final long OTHER_FILES = 1024;

    private final CutOffs cutOffs = new CutOffs();
    private final Connections clients;
    private final ConnectionGuard forClients;
    private final ConnectionGuard forMetrics;

    /** By what the flags say; a bound that they leave open is what this process has room for. */
    public ClientGuard(NodeSettings.Clients limits) {
        clients = new Connections(limits.maxConnections().orElse(room()), limits.maxOfAddress(), cutOffs);
        forClients = guard(clients, limits);
        forMetrics = guard(new Connections(MOST_ON_METRICS_URLS, MOST_ON_METRICS_URLS, cutOffs), limits);
    }

    private ConnectionGuard guard(Connections connections, NodeSettings.Clients limits) {
        return new ConnectionGuard(
                connections, limits.headerTimeout(), Duration.ofSeconds(ClientSecurity.HANDSHAKE_SECONDS), cutOffs);
    }

    /** As many as there are open files for, leaving the store its own, and as fit into memory. */
    private static int room() {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
        long forClients = files - Math.min(OTHER_FILES, files / 2);
        long inMemory = Runtime.getRuntime().maxMemory() / BYTES_OF_CONNECTION;
        return Math.clamp(Math.min(forClients, inMemory), 1, Integer.MAX_VALUE);
    }

    ConnectionGuard forClients() {
        return forClients;
    }

    ConnectionGuard forMetrics() {
        return forMetrics;
    }

    /** A request over JSON didn't come within so many milliseconds. */
    public void late(HttpConnection connection, long millis) {
        forClients.late(connection, millis);
    }

    /** The connections of clients. */
    public Connections connections() {
        return clients;
    }

    /** Who was cut off. */
    public CutOffs cutOffs() {
        return cutOffs;
    }
}
