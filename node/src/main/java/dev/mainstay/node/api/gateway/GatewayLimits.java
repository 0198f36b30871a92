package dev.mainstay.node.api.gateway;

/**
 * Bounds of the gateway.
 *
 * @param maxMessageBytes the largest request in its wire form; as JSON it may be twice that
 * @param maxAnswerBytes of answers in their wire form that are being written as JSON; a single larger one is refused
 * @param maxCalls calls under way at a time, streams included
 */
public record GatewayLimits(int maxMessageBytes, long maxAnswerBytes, int maxCalls) {

    /** Room for base64, which takes a third more, and for names. */
    int maxJsonBytes() {
        return (int) Math.min(Integer.MAX_VALUE, 2L * maxMessageBytes);
    }
}
