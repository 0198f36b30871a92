package dev.mainstay.node.server.settings;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The checked value of every flag, given or default, by its present name. */
final class FlagValues {

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Set<String> given;

    /** @param texts what was given, by present names; every text must already be known to parse */
    FlagValues(FlagTable table, Map<String, String> texts) {
        for (Flag flag : table.all()) {
            values.put(flag.name(), flag.type().parse(texts.getOrDefault(flag.name(), flag.defaultText())));
        }
        this.given = Set.copyOf(texts.keySet());
    }

    boolean isGiven(String name) {
        return given.contains(name);
    }

    /** Whether a flag has its default, given or not. */
    boolean isDefault(Flag flag) {
        return value(flag.name()).equals(flag.type().parse(flag.defaultText()));
    }

    String string(String name) {
        return (String) value(name);
    }

    boolean bool(String name) {
        return (Boolean) value(name);
    }

    long number(String name) {
        return (Long) value(name);
    }

    /** A number that must lie in a range of ints. */
    int number(String name, int from, int to) {
        long number = number(name);
        if (number < from || number > to) {
            throw BadSettingException.value(
                    "--" + name + " must be between " + from + " and " + to + " (set to " + number + ")");
        }
        return (int) number;
    }

    /** A duration that must not be negative. */
    Duration duration(String name) {
        Duration duration = (Duration) value(name);
        if (duration.isNegative()) {
            throw BadSettingException.value(
                    "--" + name + " must not be negative (set to " + duration.toMillis() + "ms)");
        }
        return duration;
    }

    List<String> strings(String name) {
        return ((List<?>) value(name)).stream().map(String.class::cast).toList();
    }

    List<MemberUrl> urls(String name) {
        return ((List<?>) value(name)).stream().map(MemberUrl.class::cast).toList();
    }

    private Object value(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("there is no flag " + name);
        }
        return value;
    }
}
