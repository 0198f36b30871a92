package dev.mainstay.node.api.audit;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.mainstay.node.common.Sha256;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request as the log shows it: keys in the form that the policy asks for, numbers and flags as they are, of texts those that
 * are known to be names or addresses, of all other bytes the size alone. So a field that nobody thought of, a password or a
 * value, can't get into the log.
 */
final class RequestForm {

    private static final Set<String> TEXTS = Set.of("name", "user", "role", "peerURLs", "version");

    private final KeyForm keys;

    RequestForm(KeyForm keys) {
        this.keys = keys;
    }

    /** Writes a request as an object. */
    void write(Message request, JsonGenerator out) throws IOException {
        out.writeStartObject();
        for (Map.Entry<FieldDescriptor, Object> field : request.getAllFields().entrySet()) {
            write(field.getKey(), field.getValue(), out);
        }
        out.writeEndObject();
    }

    private void write(FieldDescriptor field, Object value, JsonGenerator out) throws IOException {
        switch (field.getJavaType()) {
            case BYTE_STRING -> bytes(field, value, out);
            case STRING -> {
                if (TEXTS.contains(field.getName())) {
                    plain(field, value, out);
                }
            }
            case INT, LONG, BOOLEAN, ENUM, MESSAGE -> plain(field, value, out);
            case FLOAT, DOUBLE -> {
                // There are none in these requests.
            }
        }
    }

    private void plain(FieldDescriptor field, Object value, JsonGenerator out) throws IOException {
        out.writeFieldName(field.getName());
        if (!field.isRepeated()) {
            one(value, out);
            return;
        }
        out.writeStartArray();
        for (Object each : (List<?>) value) {
            one(each, out);
        }
        out.writeEndArray();
    }

    private void one(Object value, JsonGenerator out) throws IOException {
        switch (value) {
            case Message message -> write(message, out);
            case EnumValueDescriptor word -> out.writeString(word.getName());
            case Long number -> out.writeNumber(number);
            case Integer number -> out.writeNumber(number);
            case Boolean flag -> out.writeBoolean(flag);
            default -> out.writeString(String.valueOf(value));
        }
    }

    private void bytes(FieldDescriptor field, Object value, JsonGenerator out) throws IOException {
        if (field.isRepeated()) {
            out.writeNumberField(field.getName() + "_count", ((List<?>) value).size());
            return;
        }
        ByteString bytes = (ByteString) value;
        if (!RequestKeys.isKey(field)) {
            out.writeNumberField(field.getName() + "_bytes", bytes.size());
            return;
        }
        switch (keys) {
            case CLEAR -> {
                if (bytes.isValidUtf8()) {
                    out.writeStringField(field.getName(), bytes.toStringUtf8());
                } else {
                    out.writeStringField(
                            field.getName() + "_base64", Base64.getEncoder().encodeToString(bytes.toByteArray()));
                }
            }
            case HASHED -> out.writeStringField(field.getName() + "_sha256", hash(bytes));
            case OMITTED -> {
                // Left out, its length too.
            }
        }
    }

    private static String hash(ByteString bytes) {
        return HexFormat.of().formatHex(Sha256.of(bytes.toByteArray()));
    }
}
