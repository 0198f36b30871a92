package dev.mainstay.e2e.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs short-lived programs of the operating system. */
final class Command {
    private Command() {}

    /** Standard output; throws with all the program said if it fails or isn't there. */
    static String run(List<String> words) {
        Result result = attempt(words);
        if (result.code() != 0) {
            throw new IllegalStateException(String.join(" ", words) + " failed: " + result.output());
        }
        return result.output();
    }

    /** The same for words. */
    static String run(String... words) {
        return run(List.of(words));
    }

    /** How it went, whatever that is. A program that isn't there ends with 127, as in a shell. */
    static Result attempt(List<String> words) {
        try {
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException notThere) {
            return new Result(127, new UncheckedIOException(notThere).toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Exit code, and both outputs together. */
    record Result(int code, String output) {}
}
