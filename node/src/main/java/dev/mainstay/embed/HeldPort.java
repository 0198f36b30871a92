package dev.mainstay.embed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port of the loopback address, kept for one listener from before that listens until after it is gone. The socket that
 * keeps it is bound and never listens: Linux gives such a port to nobody who asks for any free one, while a listener that
 * reuses addresses, as Java's do, can still have it by its number.
 */
final class HeldPort implements AutoCloseable {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final Socket holder;

    private HeldPort(Socket holder) {
        this.holder = holder;
    }

    /** @throws EmbedException if there is no free port */
    static HeldPort any() {
        return of(0);
    }

    /**
     * @param port 0 for any that is free
     * @throws EmbedException if it can't be had
     */
    static HeldPort of(int port) {
        Socket holder = new Socket();
        try {
            holder.setReuseAddress(true);
            holder.bind(new InetSocketAddress(LOOPBACK, port));
            return new HeldPort(holder);
        } catch (IOException e) {
            release(holder);
            String which = port == 0 ? "no port of 127.0.0.1 can be had: " : "can't listen on 127.0.0.1:" + port + ": ";
            throw new EmbedException(which + e.getMessage(), e);
        }
    }

    int port() {
        return holder.getLocalPort();
    }

    /** Lets others have it. */
    @Override
    public void close() {
        release(holder);
    }

    private static void release(Socket holder) {
        try {
            holder.close();
        } catch (IOException e) {
            // A socket that was never connected has nothing left to say.
        }
    }
}
