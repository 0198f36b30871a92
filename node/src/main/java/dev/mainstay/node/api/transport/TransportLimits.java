package dev.mainstay.node.api.transport;

/**
 * Bounds of the gRPC front.
 *
 * @param maxMessageBytes the largest request message taken, in bytes; a larger one is answered RESOURCE_EXHAUSTED
 */
public record TransportLimits(int maxMessageBytes) {

    /** The bound that goes with {@code --max-request-bytes}: 512 KiB above it. */
    public static TransportLimits forMaxRequestBytes(int maxRequestBytes) {
        return new TransportLimits(maxRequestBytes + (512 << 10));
    }
}
