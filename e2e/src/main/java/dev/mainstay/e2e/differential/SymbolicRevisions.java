package dev.mainstay.e2e.differential;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Numbers in requests that stand for "the current revision plus d", "the compacted revision plus d" or "the first
 * member's id", and are replaced when a step is played. So a sequence stays meaningful when steps are taken out of it, and
 * can be written before anybody knows what the revisions will be.
 */
final class SymbolicRevisions {
    /** Offsets must stay well below this. */
    private static final long SPAN = 1L << 40;

    private static final long CURRENT = 1L << 60;
    private static final long COMPACTED = 1L << 61;
    private static final long SELF = (1L << 60) + (1L << 59);

    private static final Pattern SYMBOL = Pattern.compile("\\$(self|current|compacted)([+-]\\d+)?\\$");

    private SymbolicRevisions() {}

    /** The revision the server is at when the step is played, plus {@code offset}. */
    static long current(long offset) {
        return CURRENT + offset;
    }

    /** The last revision the server compacted to (0 if none), plus {@code offset}. */
    static long compacted(long offset) {
        return COMPACTED + offset;
    }

    /** The id of the first member, whichever is asked. */
    static long self() {
        return SELF;
    }

    /** Returns the request with all symbols replaced. */
    static Message bind(Message request, long current, long compacted, long self) {
        Message.Builder builder = request.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : request.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            Object value = entry.getValue();
            if (value instanceof Message nested) {
                builder.setField(field, bind(nested, current, compacted, self));
            } else if (value instanceof Long number) {
                builder.setField(field, resolve(number, current, compacted, self));
            } else if (field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                List<?> elements = (List<?>) value;
                for (int i = 0; i < elements.size(); i++) {
                    builder.setRepeatedField(field, i, bind((Message) elements.get(i), current, compacted, self));
                }
            }
        }
        return builder.build();
    }

    /** The symbol that stands for a number in a text, if it is one: {@code $current-3$}, {@code $compacted+1$}, {@code $self$}. */
    static Optional<String> text(long number) {
        if (number == SELF) {
            return Optional.of("$self$");
        }
        if (Math.abs(number - CURRENT) < SPAN) {
            return Optional.of("$current%+d$".formatted(number - CURRENT));
        }
        return Math.abs(number - COMPACTED) < SPAN
                ? Optional.of("$compacted%+d$".formatted(number - COMPACTED))
                : Optional.empty();
    }

    /** Returns a text with all symbols replaced. */
    static String bind(String text, long current, long compacted, long self) {
        return SYMBOL.matcher(text).replaceAll(symbol -> switch (symbol.group(1)) {
            case "self" -> Long.toUnsignedString(self);
            case "current" -> Long.toString(current + Long.parseLong(symbol.group(2)));
            default -> Long.toString(compacted + Long.parseLong(symbol.group(2)));
        });
    }

    private static long resolve(long number, long current, long compacted, long self) {
        if (number == SELF) {
            return self;
        }
        if (Math.abs(number - CURRENT) < SPAN) {
            return current + (number - CURRENT);
        }
        if (Math.abs(number - COMPACTED) < SPAN) {
            return compacted + (number - COMPACTED);
        }
        return number;
    }
}
