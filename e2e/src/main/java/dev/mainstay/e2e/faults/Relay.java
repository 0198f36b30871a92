package dev.mainstay.e2e.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes TCP connections on to a server, until it tears them all down with a reset, as when a client's machine loses power:
 * the server gets no goodbye. One virtual thread per direction.
 */
public final class Relay implements AutoCloseable {
    private final ServerSocket listener;
    private final int serverPort;
    private final Set<Socket> toServer = ConcurrentHashMap.newKeySet();
    private final Set<Socket> toClients = ConcurrentHashMap.newKeySet();

    /** Listens on a port of its own for the server on this one. */
    public Relay(int serverPort) {
        this.serverPort = serverPort;
        try {
            listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Where clients connect. */
    public String endpoint() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** Resets every connection to the server. */
    public void vanish() {
        for (Socket socket : toServer) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        toServer.clear();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                toClients.add(client);
                toServer.add(server);
                Thread.ofVirtual().start(() -> copy(client, server));
                Thread.ofVirtual().start(() -> copy(server, client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException ended) {
            // Either side went away, which is what this is for.
        }
    }

    @Override
    public void close() {
        vanish();
        try {
            listener.close();
            for (Socket socket : toClients) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
