package dev.mainstay.e2e.faults;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stands in front of one member and passes the other members' connections on, over {@link Link}s that may be slow or cut.
 * While a link is cut, neither data nor the end of a connection passes. Two virtual threads per direction of a connection;
 * data on its way is bounded by {@link #PIECES} pieces per direction.
 */
final class PeerProxy implements AutoCloseable {
    /** Most pieces of data on their way, per direction and connection; then the sender has to wait. */
    private static final int PIECES = 1_024;

    private static final int PIECE_BYTES = 16 << 10;
    /** Members that cannot get through try again and again; more than this is refused. */
    private static final int MOST_CONNECTIONS = 2_000;

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    /** What is between the members. */
    interface Wiring {
        /** Which member opened this connection; -1 if none did, or it's gone. */
        int opener(Socket accepted);

        /** The link from one member to another. */
        Link link(int from, int to);

        /** The address from which the proxy connects to a member in the name of another; null for any. */
        @Nullable
        InetSocketAddress source(int opener);
    }

    private final int member;
    private final InetSocketAddress server;
    private final Wiring wiring;
    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    /** Listens at {@code face} for what the others send to this member, which is at {@code server}. */
    PeerProxy(int member, InetSocketAddress face, InetSocketAddress server, Wiring wiring) {
        this.member = member;
        this.server = server;
        this.wiring = wiring;
        try {
            listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(face, 512);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen at " + face, e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Resets the connections that were opened by this other member. */
    void reset(int other) {
        for (Connection connection : connections) {
            if (connection.opener == other) {
                connection.reset();
            }
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket accepted = listener.accept();
                Thread.ofVirtual().start(() -> serve(accepted));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket accepted) {
        int opener = wiring.opener(accepted);
        if (opener < 0 || connections.size() >= MOST_CONNECTIONS) {
            close(accepted);
            return;
        }
        Link to = wiring.link(opener, member);
        Link from = wiring.link(member, opener);
        try {
            // Opening a connection takes packets both ways.
            while (to.isCut() || from.isCut()) {
                to.awaitUncut();
                from.awaitUncut();
            }
            Socket onward = new Socket();
            InetSocketAddress source = wiring.source(opener);
            if (source != null) {
                onward.bind(source);
            }
            onward.connect(server, CONNECT_TIMEOUT_MILLIS);
            accepted.setTcpNoDelay(true);
            onward.setTcpNoDelay(true);
            new Connection(opener, accepted, onward).pump(to, from);
        } catch (IOException refused) {
            close(accepted);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // Then it's closed.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(Connection::reset);
    }

    private final class Connection {
        private final int opener;
        private final Socket accepted;
        private final Socket onward;

        Connection(int opener, Socket accepted, Socket onward) {
            this.opener = opener;
            this.accepted = accepted;
            this.onward = onward;
        }

        void pump(Link to, Link from) {
            connections.add(this);
            start(accepted, onward, to);
            start(onward, accepted, from);
        }

        private void start(Socket source, Socket target, Link link) {
            BlockingQueue<Piece> underWay = new ArrayBlockingQueue<>(PIECES);
            Thread.ofVirtual().start(() -> read(source, link, underWay));
            Thread.ofVirtual().start(() -> write(target, link, underWay));
        }

        private void read(Socket source, Link link, BlockingQueue<Piece> underWay) {
            byte[] buffer = new byte[PIECE_BYTES];
            try {
                int length;
                do {
                    try {
                        length = source.getInputStream().read(buffer);
                    } catch (IOException broken) {
                        length = -1;
                    }
                    underWay.put(
                            new Piece(link.arrivalNanos(), length < 0 ? null : ByteString.copyFrom(buffer, 0, length)));
                } while (length >= 0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void write(Socket target, Link link, BlockingQueue<Piece> underWay) {
            try {
                while (true) {
                    Piece piece = underWay.take();
                    link.awaitPassage(piece.arrivalNanos());
                    ByteString bytes = piece.bytes();
                    if (bytes == null) {
                        break;
                    }
                    bytes.writeTo(target.getOutputStream());
                }
            } catch (IOException broken) {
                // The other direction sees it, too.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            // Members don't use half-open connections: the end of one direction is the end of both.
            end();
            // The reader may be waiting for room.
            underWay.clear();
        }

        private void end() {
            connections.remove(this);
            close(accepted);
            close(onward);
        }

        void reset() {
            try {
                accepted.setSoLinger(true, 0);
                onward.setSoLinger(true, 0);
            } catch (IOException alreadyGone) {
                // Then there is nothing to reset.
            }
            end();
        }
    }

    /** Data on its way; null for the end. */
    private record Piece(long arrivalNanos, @Nullable ByteString bytes) {}
}
