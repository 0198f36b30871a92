package dev.mainstay.node.api.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what protobuf's JSON parser for Java would take, but not the one that etcd's gateway has: values of another type than
 * their field's, a field that is there twice, two members of a union. And integers that it would spend minutes and gigabytes on
 * before it refused them: {@code 1e999999999} and millions of digits, as numbers or as text. And hides from it what etcd's
 * passes over: numbers in quotes where the name of an enum's value belongs. Stateless but for what it knows of message types;
 * any thread.
 */
final class JsonShape {

    /** No 64-bit integer needs so much, zeros behind the point and all. */
    private static final int MAX_LENGTH = 100;

    private static final int MAX_EXPONENT_LENGTH = 4;

    /** JSON's own syntax; blanks around a number in quotes aren't taken either. */
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private static final ConcurrentMap<Descriptor, Map<String, FieldDescriptor>> FIELDS = new ConcurrentHashMap<>();

    private JsonShape() {}

    /**
     * Looks at every field of a message.
     *
     * @param factory whose parsers bound the nesting
     * @param json in which names that an enum doesn't have become ones that no enum has
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT for what doesn't fit
     * @throws IOException for what isn't JSON
     */
    static void check(JsonFactory factory, byte[] json, Descriptor message) throws IOException {
        try (JsonParser parser = factory.createParser(json)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                object(parser, json, message);
            }
        }
    }

    /** From behind its opening brace to its closing one. */
    private static void object(JsonParser parser, byte[] json, Descriptor message) throws IOException {
        Map<String, FieldDescriptor> fields = FIELDS.computeIfAbsent(message, JsonShape::fields);
        Set<FieldDescriptor> seen = new HashSet<>();
        Set<OneofDescriptor> decided = new HashSet<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            FieldDescriptor field = fields.get(parser.currentName());
            if (field == null) {
                passOver(parser);
                continue;
            }
            JsonToken token = parser.nextToken();
            if (!seen.add(field)) {
                throw refusal("duplicate field " + field.getName());
            }
            if (token == JsonToken.VALUE_NULL) {
                continue;
            }
            OneofDescriptor union = field.getContainingOneof();
            if (union != null && !decided.add(union)) {
                throw refusal("another member of " + union.getName() + " is there beside " + field.getName());
            }
            if (field.isRepeated()) {
                expect(token == JsonToken.START_ARRAY, "a list", field);
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    value(parser, json, field);
                }
            } else {
                value(parser, json, field);
            }
        }
    }

    /** Goes on behind a field that nobody knows, whose texts must be texts all the same. */
    private static void passOver(JsonParser parser) throws IOException {
        int depth = 0;
        JsonToken token = parser.currentToken();
        do {
            if ((token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING) && !isWhole(parser.getText())) {
                throw refusal("half a surrogate pair");
            }
            token = parser.nextToken();
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        } while (depth > 0);
        if (token == JsonToken.VALUE_STRING && !isWhole(parser.getText())) {
            throw refusal("half a surrogate pair");
        }
    }

    private static void value(JsonParser parser, byte[] json, FieldDescriptor field) throws IOException {
        JsonToken token = parser.currentToken();
        switch (field.getJavaType()) {
            case MESSAGE -> {
                expect(token == JsonToken.START_OBJECT, "an object", field);
                object(parser, json, field.getMessageType());
            }
            case INT, LONG -> {
                expect(token == JsonToken.VALUE_STRING || token.isNumeric(), "an integer", field);
                integer(parser.getText(), field);
            }
            case ENUM -> {
                expect(token == JsonToken.VALUE_STRING || token.isNumeric(), "a name or its number", field);
                expect(isWhole(parser.getText()), "text", field);
                if (token.isNumeric()) {
                    integer(parser.getText(), field);
                    expect(isInt(parser.getDecimalValue()), "the number of a name", field);
                } else if (field.getEnumType().findValueByName(parser.getText()) == null) {
                    hide(parser, json);
                }
            }
            case STRING -> expect(token == JsonToken.VALUE_STRING && isWhole(parser.getText()), "text", field);
            case BYTE_STRING -> expect(token == JsonToken.VALUE_STRING, "base64", field);
            case BOOLEAN -> expect(token.isBoolean(), "true or false", field);
            case DOUBLE, FLOAT -> expect(token.isScalarValue(), "a number", field);
        }
    }

    /** Makes a name that isn't one unlike a number as well, so that it is passed over. */
    private static void hide(JsonParser parser, byte[] json) {
        int quote = (int) parser.currentTokenLocation().getByteOffset();
        int behind = (int) parser.currentLocation().getByteOffset();
        if (quote >= 0) {
            Arrays.fill(json, quote + 1, behind - 1, (byte) '?');
        }
    }

    private static void integer(@Nullable String text, FieldDescriptor field) {
        String number = text == null ? "" : text;
        int exponent = Math.max(number.indexOf('e'), number.indexOf('E'));
        boolean monstrous =
                number.length() > MAX_LENGTH || (exponent >= 0 && number.length() - exponent > MAX_EXPONENT_LENGTH);
        if (monstrous || !NUMBER.matcher(number).matches()) {
            String shown = number.length() > MAX_LENGTH ? number.substring(0, MAX_LENGTH) + "..." : number;
            throw refusal("Not an integer, for field " + field.getName() + ": " + shown);
        }
    }

    private static boolean isInt(BigDecimal number) {
        try {
            return number.intValueExact() == number.intValue();
        } catch (ArithmeticException e) {
            return false;
        }
    }

    /** Whether no half of a surrogate pair is there without the other, which no UTF-8 can say. */
    private static boolean isWhole(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static void expect(boolean fits, String what, FieldDescriptor field) {
        if (!fits) {
            throw refusal("invalid value for field " + field.getName() + ": not " + what);
        }
    }

    private static StatusRuntimeException refusal(String text) {
        return Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
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
