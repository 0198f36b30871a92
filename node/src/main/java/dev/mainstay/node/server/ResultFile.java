package dev.mainstay.node.server;

import dev.mainstay.node.backup.BackupException;
import dev.mainstay.node.objectstore.ObjectStoreException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a tool, for whoever runs it and has only a small file to look at, such as a container's termination message: the exit code, what
 * was printed if that was JSON, and what went wrong. Never longer than {@value #MOST_BYTES} bytes, which is what Kubernetes keeps.
 */
final class ResultFile {

    static final int MOST_BYTES = 4096;

    private static final String FLAG = "--result-file=";
    private static final int MOST_MESSAGE = 1000;
    private static final String ERROR = "Error: ";

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private String error = "";
    private String kind = "";

    /** Stands around a command. */
    interface Watcher {
        int watched(ToolRun.Work work) throws IOException;
    }

    /** A tool that may be watched. */
    interface Tool {
        int run(List<String> arguments, PrintStream out, PrintStream err, Watcher watcher);
    }

    /** Runs a tool, and writes the file that its arguments name, if they do; the exit code. */
    static int around(List<String> arguments, PrintStream out, PrintStream err, Tool tool) {
        Optional<String> file =
                arguments.stream().filter(argument -> argument.startsWith(FLAG)).findFirst();
        if (file.isEmpty()) {
            return tool.run(arguments, out, err, ToolRun.Work::run);
        }
        ResultFile result = new ResultFile();
        int exitCode = tool.run(
                arguments.stream()
                        .filter(argument -> !argument.startsWith(FLAG))
                        .toList(),
                result.printing(out),
                result.complaining(err),
                result::watched);
        return Math.max(exitCode, ToolRun.of(err, () -> {
            result.write(Path.of(file.get().substring(FLAG.length())), exitCode);
            return 0;
        }));
    }

    /** Prints to {@code out}, and remembers it. */
    PrintStream printing(PrintStream out) {
        return new PrintStream(out, true, StandardCharsets.UTF_8) {
            @Override
            public void write(byte[] bytes, int offset, int length) {
                super.write(bytes, offset, length);
                printed.write(bytes, offset, length);
            }

            @Override
            public void write(int character) {
                super.write(character);
                printed.write(character);
            }
        };
    }

    /** Prints to {@code err}, and remembers the last line that tells an error. */
    PrintStream complaining(PrintStream err) {
        return new PrintStream(err, true, StandardCharsets.UTF_8) {
            @Override
            public void write(byte[] bytes, int offset, int length) {
                super.write(bytes, offset, length);
                for (int i = offset; i < offset + length; i++) {
                    listen(bytes[i]);
                }
            }

            @Override
            public void write(int character) {
                super.write(character);
                listen(character);
            }
        };
    }

    private void listen(int character) {
        if (character != '\n' && character != '\r') {
            line.write(character);
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        if (text.startsWith(ERROR)) {
            error = text.substring(ERROR.length());
        }
        line.reset();
    }

    /** Does the work, and remembers what kind of failure it ended with. */
    int watched(ToolRun.Work work) throws IOException {
        try {
            return work.run();
        } catch (ObjectStoreException e) {
            kind = e.kind().name();
            throw e;
        } catch (BackupException e) {
            kind = e.reason().name();
            throw e;
        }
    }

    /** Writes it. */
    void write(Path file, int exitCode) throws IOException {
        JsonObject content = new JsonObject().put("exitCode", exitCode);
        Object result = result();
        if (result != null) {
            content.put("result", result);
        }
        if (!error.isEmpty()) {
            content.put("error", error.length() > MOST_MESSAGE ? error.substring(0, MOST_MESSAGE) + "…" : error);
        }
        if (!kind.isEmpty()) {
            content.put("kind", kind);
        }
        byte[] bytes = bytes(content);
        if (bytes.length > MOST_BYTES) {
            bytes = bytes(content.put("result", shortened(result)));
        }
        if (bytes.length > MOST_BYTES) {
            content.remove("result");
            bytes = bytes(content);
        }
        Files.write(file, bytes);
    }

    private static byte[] bytes(JsonObject content) {
        return content.encode().getBytes(StandardCharsets.UTF_8);
    }

    private @Nullable Object result() {
        String text = printed.toString(StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            return null;
        }
        try {
            Object value = Json.decodeValue(text);
            return value instanceof JsonObject || value instanceof JsonArray ? value : null;
        } catch (DecodeException e) {
            return null;
        }
    }

    /** With a number in the place of each list. */
    private static @Nullable Object shortened(@Nullable Object result) {
        if (!(result instanceof JsonObject object)) {
            return result instanceof JsonArray array ? Integer.valueOf(array.size()) : null;
        }
        JsonObject copy = new JsonObject();
        for (Map.Entry<String, Object> entry : object) {
            copy.put(entry.getKey(), entry.getValue() instanceof JsonArray array ? array.size() : entry.getValue());
        }
        return copy;
    }
}
