package dev.mainstay.e2e.operator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Tells whether a port can be reached: {@code open} or {@code closed}. Or is a port that can be. Runs in a pod:
 *
 * <pre>Knock HOST PORT
 * Knock listen PORT</pre>
 */
public final class Knock {
    private static final int PATIENCE_MILLIS = 2_000;
    private static final int BACKLOG = 50;

    private Knock() {}

    /** See above. */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[1]);
        if (arguments[0].equals("listen")) {
            listen(port);
        } else {
            System.out.println(isOpen(arguments[0], port) ? "open" : "closed");
        }
    }

    private static boolean isOpen(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void listen(int port) throws IOException {
        try (ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getByName("0.0.0.0"))) {
            while (true) {
                server.accept().close();
            }
        }
    }
}
