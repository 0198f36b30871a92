package dev.mainstay.node.server;

import dev.mainstay.node.backup.BackupProgress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Shows how far a tool is: a bar on a terminal, a line every few seconds elsewhere. Any thread. */
final class ToolProgress implements BackupProgress, AutoCloseable {

    private static final long BAR_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int BAR_CELLS = 30;
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrintStream err;
    private final boolean terminal;
    private final LongSupplier nanoClock;
    private String what = "";
    private long total;
    private long done;
    private long began;
    private long shown;
    private boolean open;

    /** @param terminal whether somebody looks on who can be shown a bar */
    ToolProgress(PrintStream err, boolean terminal, LongSupplier nanoClock) {
        this.err = err;
        this.terminal = terminal;
        this.nanoClock = nanoClock;
    }

    @Override
    public synchronized void begin(String newWhat, long bytes) {
        endBar();
        what = newWhat;
        total = bytes;
        done = 0;
        began = nanoClock.getAsLong();
        shown = began;
        if (terminal) {
            bar();
        } else {
            err.println(what + ", " + ToolOutput.size(total));
        }
    }

    @Override
    public synchronized void add(long bytes) {
        done += bytes;
        long now = nanoClock.getAsLong();
        if (now - shown < (terminal ? BAR_NANOS : LINE_NANOS)) {
            return;
        }
        shown = now;
        if (terminal) {
            bar();
        } else {
            err.println(what + ": " + state(now));
        }
    }

    @Override
    public synchronized void say(String line) {
        endBar();
        err.println(line);
    }

    /** Nothing more begins; the last bar stays as it is. */
    synchronized void end() {
        endBar();
    }

    @Override
    public void close() {
        end();
    }

    private void endBar() {
        if (open) {
            bar();
            err.println();
            open = false;
        }
    }

    private void bar() {
        long part = total == 0 ? BAR_CELLS : Math.min(BAR_CELLS, BAR_CELLS * done / total);
        String cells = "█".repeat((int) part) + "░".repeat(BAR_CELLS - (int) part);
        err.print("\r\u001b[K" + what + " " + cells + " " + state(nanoClock.getAsLong()));
        err.flush();
        open = true;
    }

    private String state(long now) {
        long percent = total == 0 ? 100 : Math.min(100, 100 * done / total);
        double seconds = (now - began) / NANOS_PER_SECOND;
        String rate = seconds < 1 ? "" : ", " + ToolOutput.size(Math.round(done / seconds)) + "/s";
        return String.format(Locale.ROOT, "%d %% of %s%s", percent, ToolOutput.size(total), rate);
    }
}
