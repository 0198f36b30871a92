package dev.mainstay.node.api.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * One line of the log.
 *
 * @param call tells the lines of one call, which has more than one if it is a stream or had to be recorded before it went on
 * @param stage when in the call
 * @param user who the caller is, if authentication is on and he is known; else empty
 * @param certificate the common name of the caller's certificate; empty without one
 * @param address where the caller is, host and port
 * @param gateway whether the call came as JSON
 * @param request what was asked for, if that is recorded
 * @param outcome how it ended, once it has
 */
public record AuditRecord(
        Instant time,
        String call,
        Stage stage,
        AuditLevel level,
        String method,
        String user,
        String certificate,
        String address,
        boolean gateway,
        Optional<Message> request,
        Optional<End> outcome) {

    private static final JsonFactory JSON = new JsonFactory();
    private static final double NANOS_PER_MILLI = 1e6;

    /** When in a call a line is written. */
    public enum Stage {
        /** A request has come and is about to be carried out. */
        RECEIVED,
        /** The call is over. */
        COMPLETE
    }

    /**
     * How a call ended.
     *
     * @param code gRPC's name of the status
     * @param revision of the store, as the answer said; 0 if it didn't
     * @param nanos since the call came in
     */
    public record End(String code, long revision, long nanos) {}

    /** The line, with its line feed, in UTF-8. */
    byte[] line(RequestForm form) {
        var bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("ts", time.toString());
            out.writeStringField("call", call);
            out.writeStringField("stage", word(stage));
            out.writeStringField("level", word(level));
            out.writeStringField("method", method);
            out.writeStringField("user", user);
            if (!certificate.isEmpty()) {
                out.writeStringField("certificate", certificate);
            }
            out.writeStringField("address", address);
            if (gateway) {
                out.writeBooleanField("gateway", true);
            }
            if (request.isPresent()) {
                out.writeFieldName("request");
                form.write(request.get(), out);
            }
            if (outcome.isPresent()) {
                write(outcome.get(), out);
            }
            out.writeEndObject();
            out.writeRaw('\n');
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void write(End end, JsonGenerator out) throws IOException {
        out.writeStringField("code", end.code());
        if (end.revision() != 0) {
            out.writeNumberField("revision", end.revision());
        }
        out.writeNumberField("took_ms", end.nanos() / NANOS_PER_MILLI);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT);
    }
}
