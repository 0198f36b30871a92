package dev.mainstay.node.server.settings;

import java.util.List;

/** The shapes of flag values. Each checks a text and turns it into one Java value. */
public enum FlagType {
    STRING {
        @Override
        Object parse(String text) {
            return text;
        }
    },
    BOOL {
        @Override
        Object parse(String text) {
            return switch (text) {
                case "1", "t", "T", "true", "TRUE", "True" -> true;
                case "0", "f", "F", "false", "FALSE", "False" -> false;
                default -> throw new IllegalArgumentException("must be true or false");
            };
        }
    },
    /** A signed 64-bit number. */
    INT {
        @Override
        Object parse(String text) {
            return number(text, Long.MIN_VALUE, Long.MAX_VALUE);
        }
    },
    /** A number from 0 to 2^63-1; sizes and counts beyond have no meaning. */
    UINT {
        @Override
        Object parse(String text) {
            return number(text, 0, Long.MAX_VALUE);
        }
    },
    UINT32 {
        @Override
        Object parse(String text) {
            return number(text, 0, 0xFFFF_FFFFL);
        }
    },
    DURATION {
        @Override
        Object parse(String text) {
            return GoDuration.parse(text);
        }
    },
    /** A comma-separated list without empty members. */
    STRINGS {
        @Override
        Object parse(String text) {
            return split(text);
        }
    },
    /** A comma-separated list of {@code scheme://host:port} or {@code unix://path}. */
    URLS {
        @Override
        Object parse(String text) {
            return split(text).stream().map(MemberUrl::parse).toList();
        }
    };

    /**
     * The value a text means.
     *
     * @throws IllegalArgumentException if it means none; the message is the reason, without flag name and text
     */
    abstract Object parse(String text);

    private static Object number(String text, long from, long to) {
        try {
            String digits = text.replace("_", "");
            boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
            long value = hex ? Long.parseLong(digits.substring(2), 16) : Long.parseLong(digits);
            if (value >= from && value <= to) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number", e);
        }
        throw new IllegalArgumentException("must be a whole number between " + from + " and " + to);
    }

    private static List<String> split(String text) {
        return List.of(text.split(",")).stream()
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .distinct()
                .toList();
    }
}
