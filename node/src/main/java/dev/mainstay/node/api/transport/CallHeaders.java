package dev.mainstay.node.api.transport;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Translates between HTTP/2 headers and gRPC's metadata, status and timeouts. */
public final class CallHeaders {

    static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    static final AsciiString GRPC = AsciiString.cached("application/grpc");
    static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
    static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

    private static final AsciiString OK = AsciiString.cached("0");
    private static final int MAX_TIMEOUT_DIGITS = 8;

    private CallHeaders() {}

    /** The caller's metadata; headers that are the transport's own business are left out. */
    public static Metadata metadata(MultiMap headers) {
        List<byte[]> namesAndValues = new ArrayList<>(8);
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey();
            if (isTransports(name)) {
                continue;
            }
            byte[] value = header.getValue().getBytes(StandardCharsets.ISO_8859_1);
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                value = decodeBinary(value);
                if (value == null) {
                    continue;
                }
            }
            namesAndValues.add(name.getBytes(StandardCharsets.US_ASCII));
            namesAndValues.add(value);
        }
        return namesAndValues.isEmpty()
                ? new Metadata()
                : InternalMetadata.newMetadata(namesAndValues.toArray(byte[][]::new));
    }

    /** Adds metadata to a response's headers or trailers. */
    static void put(Metadata metadata, MultiMap target) {
        byte[][] namesAndValues = InternalMetadata.serialize(metadata);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String name = new String(namesAndValues[i], StandardCharsets.US_ASCII);
            String value = name.endsWith(Metadata.BINARY_HEADER_SUFFIX)
                    ? Base64.getEncoder().withoutPadding().encodeToString(namesAndValues[i + 1])
                    : new String(namesAndValues[i + 1], StandardCharsets.ISO_8859_1);
            target.add(name, value);
        }
    }

    /** Adds a status to the headers that end a response. */
    static void put(Status status, MultiMap target) {
        if (status.isOk()) {
            target.set(GRPC_STATUS, OK);
            return;
        }
        target.set(GRPC_STATUS, Integer.toString(status.getCode().value()));
        String description = status.getDescription();
        if (description != null) {
            target.set(GRPC_MESSAGE, percentEncode(description));
        }
    }

    /**
     * A timeout as gRPC writes it, up to 8 digits and a unit, in nanoseconds.
     *
     * @throws IllegalArgumentException when it isn't one
     */
    static long timeoutNanos(String text) {
        int digits = text.length() - 1;
        boolean wellFormed = digits >= 1
                && digits <= MAX_TIMEOUT_DIGITS
                && text.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9');
        if (!wellFormed) {
            throw new IllegalArgumentException("malformed grpc-timeout: " + text);
        }
        long value = Long.parseLong(text, 0, digits, 10);
        return switch (text.charAt(digits)) {
            case 'n' -> value;
            case 'u' -> value * 1_000;
            case 'm' -> value * 1_000_000;
            case 'S' -> value * 1_000_000_000;
            case 'M' -> value * 60_000_000_000L;
            case 'H' -> value > Long.MAX_VALUE / 3_600_000_000_000L ? Long.MAX_VALUE : value * 3_600_000_000_000L;
            default -> throw new IllegalArgumentException("malformed grpc-timeout: " + text);
        };
    }

    /** gRPC's form of a message in a header: what isn't printable ASCII, and the percent sign, as %XX of its UTF-8 bytes. */
    static String percentEncode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder encoded = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            if (b >= ' ' && b <= '~' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xf, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 0xf, 16)));
            }
        }
        return encoded.toString();
    }

    private static boolean isTransports(String name) {
        return switch (name) {
            case "content-type", "te", "grpc-encoding", "grpc-accept-encoding", "accept-encoding", "grpc-timeout" ->
                true;
            default -> false;
        };
    }

    private static byte @org.jspecify.annotations.Nullable [] decodeBinary(byte[] value) {
        try {
            return Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
