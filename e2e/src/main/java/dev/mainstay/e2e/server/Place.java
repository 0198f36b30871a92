package dev.mainstay.e2e.server;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a server runs.
 *
 * @param name its member name
 * @param clientUrl where it listens for clients, and where they reach it
 * @param peerUrl where it listens for other members
 * @param advertisedPeerUrl where the other members reach it, which may be a proxy in front of {@code peerUrl}
 * @param commandPrefix words before its command line that replace themselves by the server, such as those that enter a
 *     network namespace; empty to start it directly
 */
public record Place(
        String name, String clientUrl, String peerUrl, String advertisedPeerUrl, List<String> commandPrefix) {
    /** Copies the list. */
    public Place {
        commandPrefix = List.copyOf(commandPrefix);
    }

    /** On the loopback address, with nothing between members. */
    public static Place onLoopback(String name) {
        return onLoopback(name, "http");
    }

    /** The same with {@code http} or {@code https} between members. */
    public static Place onLoopback(String name, String peerScheme) {
        String peer = peerScheme + "://127.0.0.1:" + FreePorts.next();
        return new Place(name, "http://127.0.0.1:" + FreePorts.next(), peer, peer, List.of());
    }

    /** This place, with more words between the others and the server's command line. */
    public Place startedBy(List<String> words) {
        List<String> all = new ArrayList<>(commandPrefix);
        all.addAll(words);
        return new Place(name, clientUrl, peerUrl, advertisedPeerUrl, all);
    }

    /** This place, with other members coming in through something at another address. */
    public Place reachedThrough(String url) {
        return new Place(name, clientUrl, peerUrl, url, commandPrefix);
    }
}
