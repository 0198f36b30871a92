package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Messages as JSON in all the forms that clients write them in: names of fields in both spellings and any order, numbers as
 * numbers or text, enums by name or number, defaults that are there, null or missing, blanks anywhere, fields that nobody knows,
 * and, if asked for, one value of a wrong type. Not safe for several threads.
 */
final class JsonForm {
    private static final String[] BLANKS = {" ", "\n", "\t", "  ", "\r\n"};

    /** What a value may be in the place of another. */
    private static final List<String> ODD_VALUES = List.of(
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1.0",
            "1.5",
            "1e3",
            "1E2",
            "-0",
            "01",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "1e400",
            "NaN",
            "\"\"",
            "\" 1\"",
            "\"1 \"",
            "\"1.0\"",
            "\"1e1\"",
            "\"0x1\"",
            "\"+1\"",
            "\"01\"",
            "\"NaN\"",
            "\"true\"",
            "\"YQ\"",
            "\"YQ=\"",
            "\"YQ==\"",
            "\"-_8\"",
            "\"+/8=\"",
            "\"Y Q=\"",
            "\"!\"",
            "\"YR==\"",
            "\"KEY\"",
            "\"key\"",
            "\"\\u0041\"",
            "\"\\ud800\"",
            "\"\\x\"",
            "{}",
            "{\"key\":\"YQ==\"}",
            "[]",
            "[null]",
            "[{}]",
            "[1]",
            "'x'",
            "undefined",
            "7,");

    /** Numbers that may be those of constants, and are of none. */
    private static final List<String> STRANGE_NUMBERS = List.of("-1", "1e3", "1E2");

    private static final Set<String> RANGE = Set.of("key", "range_end");

    private final Random random;
    /** How many values are to come before the one that is odd; below 0 if none is. */
    private int untilOdd;

    private boolean plain;

    JsonForm(Random random) {
        this.random = random;
    }

    /** A form that every server must take. */
    String right(Message message) {
        untilOdd = -1;
        plain = random.nextInt(3) == 0;
        return object(message);
    }

    /** The same, with one odd value among the first few. */
    String odd(Message message) {
        untilOdd = random.nextInt(3);
        plain = true;
        return object(message);
    }

    private String object(Message message) {
        List<String> fields = new ArrayList<>();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            boolean there = field.isRepeated() ? message.getRepeatedFieldCount(field) > 0 : present(message, field);
            if (there) {
                fields.add(name(field) + ":" + blank() + value(message, field));
            } else if (untilOdd >= 0 && random.nextInt(4) == 0) {
                fields.add(name(field) + ":" + odd(field));
            } else if (!plain && random.nextInt(12) == 0) {
                fields.add(name(field) + ":" + blank() + nothing(field));
            }
        }
        if (!plain && random.nextInt(12) == 0) {
            fields.add("\"unheard_of\":" + blank() + (random.nextBoolean() ? "{\"of\":[1,\"x\",null]}" : "\"x\""));
        }
        if (!plain) {
            Collections.shuffle(fields, random);
        }
        return "{" + blank() + String.join("," + blank(), fields) + blank() + "}";
    }

    private static boolean present(Message message, FieldDescriptor field) {
        return field.hasPresence()
                ? message.hasField(field)
                : !message.getField(field).equals(field.getDefaultValue());
    }

    private String name(FieldDescriptor field) {
        String name = !plain && random.nextBoolean() ? field.getJsonName() : field.getName();
        return "\"" + name + "\"" + blank();
    }

    private String value(Message message, FieldDescriptor field) {
        if (!field.isRepeated()) {
            return single(field, message.getField(field));
        }
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            elements.add(single(field, message.getRepeatedField(field, i)));
        }
        return "[" + blank() + String.join("," + blank(), elements) + "]";
    }

    private String single(FieldDescriptor field, Object value) {
        if (untilOdd >= 0 && untilOdd-- == 0) {
            return odd(field);
        }
        return switch (value) {
            case Message nested -> object(nested);
            case ByteString bytes -> "\"" + base64(bytes) + "\"";
            case String text -> text(text);
            case Boolean flag -> flag.toString();
            case EnumValueDescriptor constant ->
                random.nextBoolean() ? "\"" + constant.getName() + "\"" : Integer.toString(constant.getNumber());
            case Long number -> number(field, number);
            case Integer number -> quoted(number.toString());
            default -> throw new IllegalArgumentException("no form for " + field);
        };
    }

    private String odd(FieldDescriptor field) {
        untilOdd = -1;
        String value = ODD_VALUES.get(random.nextInt(ODD_VALUES.size()));
        boolean sorting = field.getName().startsWith("sort_") && STRANGE_NUMBERS.contains(value);
        // Other keys might make a range that ends before it begins, see InvertedRanges.
        boolean range = RANGE.contains(field.getName()) && value.startsWith("\"");
        return sorting || range ? "[]" : value;
    }

    private String number(FieldDescriptor field, long number) {
        return quoted(SymbolicRevisions.text(number)
                .orElse(
                        field.getType() == FieldDescriptor.Type.UINT64
                                ? Long.toUnsignedString(number)
                                : Long.toString(number)));
    }

    private String quoted(String number) {
        return random.nextBoolean() ? "\"" + number + "\"" : number;
    }

    private String base64(ByteString bytes) {
        byte[] octets = bytes.toByteArray();
        if (plain || random.nextInt(4) != 0) {
            return Base64.getEncoder().encodeToString(octets);
        }
        Base64.Encoder encoder = random.nextBoolean() ? Base64.getUrlEncoder() : Base64.getEncoder();
        return (random.nextBoolean() ? encoder.withoutPadding() : encoder).encodeToString(octets);
    }

    private String text(String text) {
        StringBuilder escaped = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            escaped.append(!plain && random.nextInt(5) == 0 ? "\\u%04x".formatted((int) c) : String.valueOf(c));
        }
        return escaped.append('"').toString();
    }

    /** What is as good as leaving the field out. */
    private String nothing(FieldDescriptor field) {
        boolean union = field.getContainingOneof() != null || field.getJavaType() == JavaType.MESSAGE;
        if (union || random.nextBoolean()) {
            return field.isRepeated() && random.nextBoolean() ? "[]" : "null";
        }
        return field.isRepeated()
                ? "[ ]"
                : switch (field.getJavaType()) {
                    case BOOLEAN -> "false";
                    case STRING, BYTE_STRING -> "\"\"";
                    default -> "0";
                };
    }

    private String blank() {
        return plain || random.nextInt(6) != 0 ? "" : BLANKS[random.nextInt(BLANKS.length)];
    }
}
