package dev.mainstay.node.api.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Whom the bounds that hold for an address count as one. */
public final class ClientAddress {

    /** All clients of socket files: they have no address. */
    public static final String SOCKET_FILE = "a socket file";

    private static final int NETWORK_BYTES = 8;

    private ClientAddress() {}

    /** The IPv4 address of a client; of IPv6, where anybody has as many as he likes, the network of 64 bits. */
    public static String of(@Nullable SocketAddress client) {
        if (!(client instanceof InetSocketAddress address)) {
            return SOCKET_FILE;
        }
        InetAddress ip = address.getAddress();
        if (ip == null) {
            return address.getHostString();
        }
        return ip instanceof Inet6Address && !ip.isLoopbackAddress() && !ip.isLinkLocalAddress()
                ? network(ip) + "/64"
                : ip.getHostAddress();
    }

    private static String network(InetAddress ip) {
        byte[] bytes = ip.getAddress();
        Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes that are no address", e);
        }
    }
}
