package dev.mainstay.e2e.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Options of the form {@code --name=value}. */
public final class Options {
    private final Map<String, String> values = new TreeMap<>();

    /** @throws IllegalArgumentException if one has another form */
    public Options(String... args) {
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (!arg.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("expected --name=value, got " + arg);
            }
            values.put(arg.substring(2, equals), arg.substring(equals + 1));
        }
    }

    /** Whether something was said. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** What was said, or else what is usual. */
    public String get(String name, String usual) {
        return values.getOrDefault(name, usual);
    }

    /** The same as a whole number. */
    public int number(String name, int usual) {
        return has(name) ? Integer.parseInt(get(name, "")) : usual;
    }

    /** Whether {@code --only} leaves this one in; it does if it isn't there. */
    public boolean wants(Enum<?> one) {
        return !has("only") || one.name().equalsIgnoreCase(get("only", ""));
    }

    /**
     * Where to work: {@code --dir}, made if it isn't there, or else a new directory.
     *
     * @param prefix of a new one's name
     */
    public Path directory(String prefix) throws IOException {
        return has("dir") ? Files.createDirectories(Path.of(get("dir", ""))) : Files.createTempDirectory(prefix);
    }
}
