package dev.mainstay.node.consensus;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long gRPC waits before it tries a peer again that it couldn't reach, of which Ratis lets us set nothing. Ratis ends
 * such a wait by itself before it sends entries, but not before it asks for votes. The method it has for that is public, and
 * its class isn't; hence the reflection.
 */
final class PeerBackoff {

    private static final Logger LOG = LoggerFactory.getLogger(PeerBackoff.class);
    private static final Method RESET = reset();

    private final RaftServer server;

    PeerBackoff(RaftServer server) {
        this.server = server;
    }

    private static Method reset() {
        try {
            Method method = Class.forName("org.apache.ratis.grpc.server.GrpcServerProtocolClient")
                    .getMethod("resetConnectBackoff");
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of Ratis has no way to try a peer again at once", e);
        }
    }

    /** Ends the wait, if there is one: the peer is tried now. */
    void end(RaftPeerId peer) {
        if (!(server.getServerRpc() instanceof GrpcServicesImpl transport)) {
            throw new IllegalStateException("Ratis runs on another transport than gRPC");
        }
        try {
            RESET.invoke(transport.getProxies().getProxy(peer));
        } catch (IOException | RuntimeException e) {
            // The configuration has just changed, or the transport was closed.
            LOG.debug("no connection to member {} to be tried again", peer, e);
        } catch (InvocationTargetException | IllegalAccessException e) {
            throw new IllegalStateException("member " + peer + " can't be tried again", e);
        }
    }
}
