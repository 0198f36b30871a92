package dev.mainstay.node.consensus;

import dev.mainstay.node.tls.TlsSetup;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks members who they are, before the caller is one. Any thread. */
public final class PeerProbe implements AutoCloseable {

    private static final int MAX_ANSWER_BYTES = 4 << 20;
    private static final byte[] NOTHING = {};

    /** No cluster's name. */
    private static final String STRANGER = "0";

    private final PeerLinks links;

    /**
     * @param millis how long an answer may take
     * @param tls how members speak to each other; empty for plaintext
     */
    public PeerProbe(int millis, Optional<TlsSetup> tls) {
        PeerSecurity security = PeerSecurity.of(tls);
        links = new PeerLinks(
                0,
                STRANGER,
                new PeerPort(STRANGER, List.of(), security, PeerMeter.NONE),
                security,
                _ -> Optional.empty(),
                MAX_ANSWER_BYTES,
                millis,
                PeerMeter.NONE);
    }

    /**
     * What the member at an address tells of itself.
     *
     * @param address {@code host:port} of its peer port
     * @return as for {@link PeerCalls#call}
     */
    public CompletableFuture<byte[]> identify(String address) {
        return links.callAddress(address, PeerMethod.IDENTIFY, NOTHING);
    }

    @Override
    public void close() {
        links.close();
    }
}
