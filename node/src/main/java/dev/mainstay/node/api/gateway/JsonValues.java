package dev.mainstay.node.api.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a body that arrives in pieces into the JSON objects it is made of, one behind the other. Holds the bytes of the object
 * that is incomplete, which are bounded. One thread at a time.
 */
final class JsonValues {

    /** Objects and lists within each other. */
    private static final int MAX_NESTING = 500;

    /** What parses bodies, with its bounds. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final int maxBytes;
    private final boolean onlyOne;
    private final JsonParser parser;
    private final ByteArrayFeeder feeder;
    private final ByteArrayOutputStream incomplete = new ByteArrayOutputStream();
    private long taken;
    private int depth;

    /**
     * For one body.
     *
     * @param maxBytes of one object
     * @param onlyOne whether the first object is all that counts: what follows it isn't looked at
     */
    JsonValues(int maxBytes, boolean onlyOne) {
        this.maxBytes = maxBytes;
        this.onlyOne = onlyOne;
        try {
            parser = FACTORY.createNonBlockingByteArrayParser();
            feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
        } catch (IOException e) {
            throw new IllegalStateException("a parser without an input failed", e);
        }
    }

    /**
     * Takes what has arrived.
     *
     * @return the objects that are complete now
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT for what isn't JSON, RESOURCE_EXHAUSTED for what is too large
     */
    List<byte[]> feed(byte[] data) {
        List<byte[]> complete = new ArrayList<>();
        int from = 0;
        try {
            feeder.feedInput(data, 0, data.length);
            JsonToken token = parser.nextToken();
            while (token != null && token != JsonToken.NOT_AVAILABLE) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 0) {
                    int to = (int) (parser.currentLocation().getByteOffset() - taken);
                    keep(data, from, to);
                    complete.add(incomplete.toByteArray());
                    incomplete.reset();
                    from = to;
                    if (onlyOne) {
                        return complete;
                    }
                }
                token = parser.nextToken();
            }
        } catch (IOException e) {
            throw malformed(e);
        }
        keep(data, from, data.length);
        taken += data.length;
        return complete;
    }

    /** Bytes that are held of an object that is incomplete. */
    int heldBytes() {
        return incomplete.size();
    }

    /** Whether the body may end here. */
    boolean isComplete() {
        return depth == 0 && incomplete.toString(StandardCharsets.UTF_8).isBlank();
    }

    private void keep(byte[] data, int from, int to) {
        if (incomplete.size() + to - from > maxBytes) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("the JSON of a request is larger than " + maxBytes + " bytes")
                    .asRuntimeException();
        }
        incomplete.write(data, from, to - from);
    }

    private static RuntimeException malformed(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        return Status.INVALID_ARGUMENT
                .withDescription(text.lines().findFirst().orElse(text))
                .asRuntimeException();
    }
}
