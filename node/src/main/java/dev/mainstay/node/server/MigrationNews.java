package dev.mainstay.node.server;

import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tells how a migration goes: a line that is written over on a terminal, now and then a line elsewhere, or objects of JSON, one per
 * line.
 */
final class MigrationNews {

    private static final long TERMINAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long JSON_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int BAR = 30;

    private final PrintStream out;
    private final PrintStream err;
    private final PrintStream results;
    private final boolean json;
    private final boolean terminal;
    private final LongSupplier nanoClock;
    private long toldNanos;
    private int width;

    /**
     * @param out where JSON goes
     * @param err where people look
     * @param results where results go as JSON, whatever is printed
     * @param terminal whether it is one
     */
    MigrationNews(
            PrintStream out,
            PrintStream err,
            PrintStream results,
            boolean json,
            boolean terminal,
            LongSupplier nanoClock) {
        this.out = out;
        this.err = err;
        this.results = results;
        this.json = json;
        this.terminal = terminal;
        this.nanoClock = nanoClock;
        this.toldNanos = nanoClock.getAsLong() - LOG_NANOS;
    }

    /** Something happened. */
    void event(String phase, String text) {
        if (json) {
            out.println(
                    new JsonObject().put("phase", phase).put("message", text).encode());
        } else {
            clear();
            err.println(text);
        }
    }

    /** Something gets on; told when it is time to. */
    void progress(String phase, long done, long total, String unit) {
        if (!isTime()) {
            return;
        }
        if (json) {
            out.println(new JsonObject()
                    .put("phase", phase)
                    .put("done", done)
                    .put("total", total)
                    .encode());
            return;
        }
        int filled = total <= 0 ? BAR : (int) Math.min(BAR, BAR * done / total);
        String bar = "[" + "#".repeat(filled) + " ".repeat(BAR - filled) + "] ";
        line(phase + " " + (terminal ? bar : "") + done + " of " + total + " " + unit);
    }

    /** How far the target is behind; told when it is time to. */
    void lag(long sourceRevision, long revision, Supplier<String> hint) {
        if (!isTime()) {
            return;
        }
        long lag = Math.max(0, sourceRevision - revision);
        if (json) {
            out.println(new JsonObject()
                    .put("phase", "following")
                    .put("sourceRevision", sourceRevision)
                    .put("revision", revision)
                    .put("lag", lag)
                    .encode());
        } else {
            line("following: source at " + sourceRevision + ", target at " + revision + ", lag " + lag + hint.get());
        }
    }

    /** The result, as an object or in words. */
    void result(JsonObject result, String text) {
        results.println(result.encode());
        if (json) {
            out.println(result.encode());
        } else {
            clear();
            out.println(text);
        }
    }

    private boolean isTime() {
        long now = nanoClock.getAsLong();
        if (now - toldNanos < (json ? JSON_NANOS : terminal ? TERMINAL_NANOS : LOG_NANOS)) {
            return false;
        }
        toldNanos = now;
        return true;
    }

    private void line(String text) {
        if (terminal) {
            err.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
            err.flush();
            width = text.length();
        } else {
            err.println(text);
        }
    }

    private void clear() {
        if (terminal && width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            width = 0;
        }
    }
}
