package dev.mainstay.node.server;

import dev.mainstay.node.server.settings.NodeSettings;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jspecify.annotations.Nullable;

/** One line per event, as JSON with etcd's keys {@code level}, {@code ts}, {@code logger}, {@code msg}, or for people. */
final class LogLines extends ExtFormatter {

    private static final String OURS = "dev.mainstay.node.";

    private final boolean json;

    LogLines(boolean json) {
        this.json = json;
    }

    /** Sends the logs of this process where the settings say, in place of wherever they went so far. */
    static void install(NodeSettings.Logging settings) throws IOException {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler output = new FlushingHandler(open(settings.outputs().getFirst()), new LogLines(settings.json()));
        root.addHandler(output);
        LogLevel.set(LogLevel.level(settings.level()));
    }

    private static OutputStream open(String output) throws IOException {
        return switch (output) {
            case "stderr" -> System.err;
            case "stdout" -> System.out;
            default -> Files.newOutputStream(Path.of(output), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        };
    }

    @Override
    public String format(ExtLogRecord record) {
        String message = formatMessage(record);
        String name = String.valueOf(record.getLoggerName());
        String logger = name.startsWith(OURS) ? name.substring(OURS.length()) : name;
        String stack = stack(record.getThrown());
        Map<?, ?> fields = fields(record);
        if (!json) {
            String first = record.getInstant() + "\t" + LogLevel.word(record.getLevel()) + "\t" + logger + "\t"
                    + message + (fields.isEmpty() ? "" : "\t" + Json.encode(fields));
            return stack.isEmpty() ? first + "\n" : first + "\n" + stack;
        }
        JsonObject line = new JsonObject()
                .put("level", LogLevel.word(record.getLevel()))
                .put("ts", record.getInstant().toString())
                .put("logger", logger)
                .put("msg", message);
        fields.forEach((key, value) -> line.put(String.valueOf(key), value));
        if (!stack.isEmpty()) {
            line.put("error", String.valueOf(record.getThrown())).put("stacktrace", stack);
        }
        return line.encode() + "\n";
    }

    /** What a line says besides its message: a map given as its first parameter. */
    private static Map<?, ?> fields(LogRecord record) {
        Object[] parameters = record.getParameters();
        return parameters != null && parameters.length > 0 && parameters[0] instanceof Map<?, ?> fields
                ? fields
                : Map.of();
    }

    private static String stack(@Nullable Throwable thrown) {
        if (thrown == null) {
            return "";
        }
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** Writes each line through, since a log that ends before the crash is of no use. */
    private static final class FlushingHandler extends StreamHandler {

        FlushingHandler(OutputStream out, Formatter formatter) {
            super(out, formatter);
        }

        @Override
        public synchronized void publish(LogRecord record) {
            super.publish(record);
            flush();
        }
    }
}
