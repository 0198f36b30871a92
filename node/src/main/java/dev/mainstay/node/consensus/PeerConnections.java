package dev.mainstay.node.consensus;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections over which Ratis asks others for votes, and sends them entries while it leads: they stand before they are
 * needed. By itself gRPC begins to connect with the first call, which an election then waits for, and lets more and more time
 * pass before it tries a peer again that it couldn't reach. Ratis lets us set none of this. What we need of it is hidden in a
 * class that isn't public; hence the reflection.
 */
final class PeerConnections {

    private static final String CLIENT = "org.apache.ratis.grpc.server.GrpcServerProtocolClient";
    private static final Logger LOG = LoggerFactory.getLogger(PeerConnections.class);
    private static final Method RESET = reset();
    private static final Field CHANNEL = channel();

    private final RaftServer server;

    PeerConnections(RaftServer server) {
        this.server = server;
    }

    private static Method reset() {
        try {
            Method method = Class.forName(CLIENT).getMethod("resetConnectBackoff");
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of Ratis has no way to try a peer again at once", e);
        }
    }

    private static Field channel() {
        try {
            Field field = Class.forName(CLIENT).getDeclaredField("channel");
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of Ratis has no connection that can be made beforehand", e);
        }
    }

    /**
     * The connection to a peer, made by whoever uses it first.
     *
     * @throws IOException if the configuration doesn't know that peer, or the transport was closed
     */
    ManagedChannel channel(RaftPeerId peer) throws IOException {
        return channelOf(client(peer), peer);
    }

    private Object client(RaftPeerId peer) throws IOException {
        if (!(server.getServerRpc() instanceof GrpcServicesImpl transport)) {
            throw new IllegalStateException("Ratis runs on another transport than gRPC");
        }
        return transport.getProxies().getProxy(peer);
    }

    private static ManagedChannel channelOf(Object client, RaftPeerId peer) {
        try {
            return (ManagedChannel) CHANNEL.get(client);
        } catch (IllegalAccessException e) {
            throw unreachable(peer, e);
        }
    }

    private static IllegalStateException unreachable(RaftPeerId peer, Exception cause) {
        return new IllegalStateException("member " + peer + " can't be connected to", cause);
    }

    /** Connects to a peer now, unless the connection stands. Returns at once. */
    void open(RaftPeerId peer) {
        try {
            Object client = client(peer);
            RESET.invoke(client);
            var _ = channelOf(client, peer).getState(true);
        } catch (IOException | RuntimeException e) {
            // The configuration has just changed, or the transport was closed.
            LOG.debug("no connection to member {} to be made", peer, e);
        } catch (InvocationTargetException | IllegalAccessException e) {
            throw unreachable(peer, e);
        }
    }
}
