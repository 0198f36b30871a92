package dev.mainstay.node.api.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Refuses integers that protobuf's JSON parser would spend minutes and gigabytes on before it refuses them: {@code 1e999999999}
 * and millions of digits, as numbers or as text. Stateless but for what it knows of message types; any thread.
 */
final class IntegerTexts {

    /** No 64-bit integer needs so much, zeros behind the point and all. */
    private static final int MAX_LENGTH = 100;

    private static final int MAX_EXPONENT_LENGTH = 4;

    private static final ConcurrentMap<Descriptor, Map<String, FieldDescriptor>> FIELDS = new ConcurrentHashMap<>();

    private IntegerTexts() {}

    /**
     * Looks at every integer of a message.
     *
     * @param factory whose parsers bound the nesting
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT for one that can't be an integer
     * @throws IOException for what isn't JSON
     */
    static void check(JsonFactory factory, byte[] json, Descriptor message) throws IOException {
        try (JsonParser parser = factory.createParser(json)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                object(parser, message);
            }
        }
    }

    /** From behind its opening brace to its closing one. */
    private static void object(JsonParser parser, Descriptor message) throws IOException {
        Map<String, FieldDescriptor> fields = FIELDS.computeIfAbsent(message, IntegerTexts::fields);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            FieldDescriptor field = fields.get(parser.currentName());
            JsonToken token = parser.nextToken();
            if (field == null) {
                parser.skipChildren();
            } else if (token == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    value(parser, field);
                }
            } else {
                value(parser, field);
            }
        }
    }

    private static void value(JsonParser parser, FieldDescriptor field) throws IOException {
        switch (field.getJavaType()) {
            case MESSAGE -> {
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    object(parser, field.getMessageType());
                } else {
                    parser.skipChildren();
                }
            }
            case INT, LONG, ENUM -> {
                if (parser.currentToken().isScalarValue()) {
                    integer(parser.getText(), field);
                } else {
                    parser.skipChildren();
                }
            }
            case BOOLEAN, BYTE_STRING, DOUBLE, FLOAT, STRING -> parser.skipChildren();
        }
    }

    private static void integer(@Nullable String text, FieldDescriptor field) {
        if (text == null) {
            return;
        }
        int exponent = Math.max(text.indexOf('e'), text.indexOf('E'));
        boolean name = field.getJavaType() == FieldDescriptor.JavaType.ENUM || exponent < 0;
        if (text.length() > MAX_LENGTH || (!name && text.length() - exponent > MAX_EXPONENT_LENGTH)) {
            String shown = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "..." : text;
            throw Status.INVALID_ARGUMENT
                    .withDescription("Not an integer, for field " + field.getName() + ": " + shown)
                    .asRuntimeException();
        }
    }

    private static Map<String, FieldDescriptor> fields(Descriptor message) {
        Map<String, FieldDescriptor> fields = new HashMap<>();
        for (FieldDescriptor field : message.getFields()) {
            fields.put(field.getName(), field);
            fields.put(field.getJsonName(), field);
        }
        return fields;
    }
}
