package dev.mainstay.node.api.gateway;

import java.time.Duration;

/**
 * Bounds of the gateway.
 *
 * @param maxMessageBytes the largest request in its wire form; as JSON it may be twice that
 * @param maxAnswerBytes of answers in their wire form that are being written as JSON; a single larger one is refused
 * @param maxCalls calls under way at a time, streams included
 * @param requestTimeout how long the request of a call with one may take to come; zero for ever
 */
public record GatewayLimits(int maxMessageBytes, long maxAnswerBytes, int maxCalls, Duration requestTimeout) {

    /** Room for base64, which takes a third more, and for names. */
    int maxJsonBytes() {
        return (int) Math.min(Integer.MAX_VALUE, 2L * maxMessageBytes);
    }
}
