package dev.mainstay.e2e.clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A program that runs beside the test: its output is collected as it comes, so that a test can wait for a line of it, and
 * nothing it does can hang the test.
 */
final class ProgramRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Collector out;
    private final Collector err;

    private ProgramRun(Process process) {
        this.process = process;
        this.out = new Collector(process.getInputStream());
        this.err = new Collector(process.getErrorStream());
    }

    /**
     * What a program left behind.
     *
     * @param code exit code
     * @param out standard output
     * @param err standard error
     */
    record Result(int code, String out, String err) {}

    /** Starts it. */
    static ProgramRun of(ProcessBuilder builder) {
        try {
            return new ProgramRun(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + builder.command(), e);
        }
    }

    /** Sends this to its standard input at once. A program that no longer reads is no error. */
    void write(String input) {
        try {
            OutputStream stdin = process.getOutputStream();
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
            stdin.flush();
        } catch (IOException e) {
            // The program ended or closed its input: its exit code tells the test.
        }
    }

    /** Ends its standard input. */
    void endInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // As for write.
        }
    }

    /** Waits for standard output to satisfy this; returns it all. */
    String awaitOut(Predicate<String> enough) {
        return out.await(enough, this);
    }

    /** Waits for the end. */
    Result await() {
        return await(PATIENCE);
    }

    /** Waits for the end, for long programs. */
    Result await(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running after " + patience + ": " + this);
            }
            out.join();
            err.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return new Result(process.exitValue(), out.text(), err.text());
    }

    /** Asks it to stop, as a user's ^C does, and waits for the end. */
    Result interrupt() {
        process.destroy();
        return await();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return process.info().commandLine().orElse("program") + "\n--- out\n" + out.text() + "\n--- err\n" + err.text();
    }

    /** Owns one thread that copies one stream. */
    private static final class Collector {
        private final StringBuilder text = new StringBuilder();
        private final Thread thread;
        private boolean ended;

        Collector(InputStream stream) {
            thread = Thread.ofVirtual().start(() -> copy(stream));
        }

        private void copy(InputStream stream) {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                char[] chunk = new char[8192];
                for (int read = reader.read(chunk); read >= 0; read = reader.read(chunk)) {
                    synchronized (text) {
                        text.append(chunk, 0, read);
                        text.notifyAll();
                    }
                }
            } catch (IOException e) {
                // The stream of a killed program: what came so far counts.
            } finally {
                synchronized (text) {
                    ended = true;
                    text.notifyAll();
                }
            }
        }

        String text() {
            synchronized (text) {
                return text.toString();
            }
        }

        void join() throws InterruptedException {
            thread.join(PATIENCE);
        }

        String await(Predicate<String> enough, ProgramRun run) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            synchronized (text) {
                while (!enough.test(text.toString())) {
                    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                    if (ended || left <= 0) {
                        throw new AssertionError((ended ? "ended early: " : "waited in vain: ") + run);
                    }
                    try {
                        text.wait(left);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("interrupted", e);
                    }
                }
                return text.toString();
            }
        }
    }
}
