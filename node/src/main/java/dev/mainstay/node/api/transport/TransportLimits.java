package dev.mainstay.node.api.transport;

import java.time.Duration;

/**
 * Bounds of the gRPC front.
 *
 * @param maxMessageBytes the largest request message taken, in bytes; a larger one is answered RESOURCE_EXHAUSTED
 * @param maxOpenCalls calls at once; one more is answered RESOURCE_EXHAUSTED
 * @param maxUnfinishedBytes of requests that have begun to come; a call that would need more is answered RESOURCE_EXHAUSTED
 * @param requestTimeout how long the request of a call with one may take to come, once it has begun to; zero for ever
 */
public record TransportLimits(
        int maxMessageBytes, long maxOpenCalls, long maxUnfinishedBytes, Duration requestTimeout) {

    /** The bound that goes with {@code --max-request-bytes}, 512 KiB above it, and no others. */
    public static TransportLimits forMaxRequestBytes(int maxRequestBytes) {
        return new TransportLimits(maxRequestBytes + (512 << 10), Long.MAX_VALUE, Long.MAX_VALUE, Duration.ZERO);
    }
}
