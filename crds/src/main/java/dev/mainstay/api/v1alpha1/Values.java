package dev.mainstay.api.v1alpha1;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What stands in for fields that an object leaves out. */
final class Values {

    private Values() {}

    /** {@code value}, or {@code fallback} if there is none. */
    static <T> T or(@Nullable T value, T fallback) {
        return value == null ? fallback : value;
    }

    /** An unmodifiable copy; empty for none. */
    static <T> List<T> listOf(@Nullable List<T> values) {
        return values == null ? List.of() : List.copyOf(values);
    }

    /** A copy in key order; empty for none. */
    static Map<String, String> mapOf(@Nullable Map<String, String> values) {
        return values == null ? Map.of() : new TreeMap<>(values);
    }
}
