package dev.mainstay.e2e.operator;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What the writers were told, and how long they weren't told anything. Any thread. */
final class Tally {
    private static final int ERRORS_KEPT = 20;

    /**
     * An acknowledged write.
     *
     * @param revision where it is, as the answer said
     * @param key the key
     * @param value its value
     */
    record Acknowledged(long revision, ByteString key, ByteString value) {}

    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final Deque<String> errors = new ArrayDeque<>();
    private final long startNanos = System.nanoTime();
    private long lastNanos = startNanos;
    private long longestPauseNanos;
    private long longestCallNanos;
    private long failures;
    private long reads;
    private long highestRevision;

    /** A write was acknowledged, after a call, or several, that took so long. */
    synchronized void acknowledge(Acknowledged write, long waitedNanos) {
        long now = System.nanoTime();
        if (acknowledged.isEmpty()) {
            lastNanos = now;
        }
        longestPauseNanos = Math.max(longestPauseNanos, now - lastNanos);
        longestCallNanos = Math.max(longestCallNanos, waitedNanos);
        lastNanos = now;
        highestRevision = Math.max(highestRevision, write.revision());
        acknowledged.add(write);
    }

    /** A read was answered. */
    synchronized void read() {
        reads++;
    }

    /** A call failed. */
    synchronized void fail(String what) {
        failures++;
        if (errors.size() == ERRORS_KEPT) {
            errors.removeFirst();
        }
        errors.addLast((System.nanoTime() - startNanos) / 1_000_000 + " ms: " + what.replaceAll("\\s+", " "));
    }

    /** The highest revision that anybody was told. */
    synchronized long highestRevision() {
        return highestRevision;
    }

    /** All acknowledged writes. */
    synchronized List<Acknowledged> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** One line of name=value, then the last failures, a line each. Pauses count from the first write on, and include the one that goes on. */
    synchronized String text() {
        long pause = acknowledged.isEmpty() ? 0 : Math.max(longestPauseNanos, System.nanoTime() - lastNanos);
        StringBuilder text = new StringBuilder("acknowledged=" + acknowledged.size() + " reads=" + reads + " failures="
                + failures + " longestPauseMillis=" + pause / 1_000_000 + " longestCallMillis="
                + longestCallNanos / 1_000_000 + " seconds=" + (System.nanoTime() - startNanos) / 1_000_000_000 + "\n");
        errors.forEach(error -> text.append(error).append('\n'));
        return text.toString();
    }
}
