package dev.mainstay.e2e.chaos;

import java.util.Map;
import java.util.TreeMap;

/** Arguments of the form {@code --name=value}. */
final class Options {
    private final Map<String, String> options = new TreeMap<>();

    Options(String... args) {
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (!arg.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("expected --name=value, got " + arg);
            }
            options.put(arg.substring(2, equals), arg.substring(equals + 1));
        }
    }

    boolean has(String name) {
        return options.containsKey(name);
    }

    String get(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }
}
