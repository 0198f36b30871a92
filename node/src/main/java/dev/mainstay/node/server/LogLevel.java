package dev.mainstay.node.server;

import dev.mainstay.node.server.http.LogLevels;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The level of this process's log. */
final class LogLevel implements LogLevels {

    private static final System.Logger LOG = System.getLogger(LogLevel.class.getName());

    /** Libraries that tell more than an operator wants to know, held so that their levels aren't forgotten. */
    private static final Map<Logger, Level> QUIET = Map.of(
            Logger.getLogger("org.apache.ratis"), Level.WARNING,
            Logger.getLogger("io.quarkus"), Level.WARNING,
            Logger.getLogger("io.netty"), Level.WARNING,
            Logger.getLogger("io.vertx"), Level.WARNING);

    private static final Map<String, List<String>> WORDS = Map.of(
            "debug", List.of("trace", "debug"),
            "info", List.of("info", "notice"),
            "warn", List.of("warn", "warning"),
            "error", List.of("error", "critical", "dpanic", "panic", "fatal"));

    @Override
    public String now() {
        Level level = Logger.getLogger("").getLevel();
        return word(level == null ? Level.INFO : level);
    }

    @Override
    public synchronized boolean change(String word, String by) {
        String known = word.toLowerCase(Locale.ROOT);
        if (WORDS.values().stream().noneMatch(words -> words.contains(known))) {
            return false;
        }
        Level level = level(known);
        LOG.log(System.Logger.Level.WARNING, "log level set from " + now() + " to " + word(level) + " by " + by);
        set(level);
        return true;
    }

    /** Logs so much from now on, to whatever the log goes to. */
    static void set(Level level) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            handler.setLevel(level);
        }
        root.setLevel(level);
        boolean all = level.intValue() < Level.INFO.intValue();
        QUIET.forEach((logger, floor) -> logger.setLevel(all ? null : louder(floor, level)));
    }

    private static @Nullable Level louder(Level floor, Level level) {
        return level.intValue() > floor.intValue() ? null : floor;
    }

    /** Java's level for a word of etcd's; those that end the process there are errors here. */
    static Level level(String word) {
        return switch (word) {
            case "debug", "trace" -> Level.FINE;
            case "info", "notice" -> Level.INFO;
            case "warn", "warning" -> Level.WARNING;
            default -> Level.SEVERE;
        };
    }

    /** etcd's word for a level. */
    static String word(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (value >= Level.WARNING.intValue()) {
            return "warn";
        }
        return value >= Level.INFO.intValue() ? "info" : "debug";
    }
}
