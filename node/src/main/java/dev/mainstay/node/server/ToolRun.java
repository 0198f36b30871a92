package dev.mainstay.node.server;

import dev.mainstay.node.server.settings.BadSettingException;
import dev.mainstay.node.storage.StorageException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** How an offline tool ends: with an exit code, and a line that says why if it isn't 0. */
final class ToolRun {

    private static final int FAILED = 1;

    private ToolRun() {}

    /** What a tool does. */
    interface Work {

        /** @return the exit code */
        int run() throws IOException;
    }

    /** Does it; the exit code. */
    static int of(PrintStream err, Work work) {
        try {
            return work.run();
        } catch (ToolException e) {
            return failed(err, e.getMessage(), e.exitCode());
        } catch (BadSettingException e) {
            return failed(err, e.getMessage(), e.exitCode());
        } catch (StorageException | UncheckedIOException e) {
            return failed(err, e.getMessage(), FAILED);
        } catch (IOException e) {
            return failed(err, reason(e), FAILED);
        }
    }

    private static int failed(PrintStream err, @Nullable String reason, int exitCode) {
        err.println("Error: " + reason);
        return exitCode;
    }

    private static String reason(IOException e) {
        return e.getClass().getPackageName().startsWith("java.")
                        && !e.getClass().equals(IOException.class)
                ? e.getClass().getSimpleName() + ": " + e.getMessage()
                : String.valueOf(e.getMessage());
    }
}
