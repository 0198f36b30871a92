package dev.mainstay.operator.backup.engine;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A job that runs the node's tool, and what the tool said.
 *
 * @param state how far it is
 * @param ended when it ended; null before
 * @param exitCode the tool's; 0 if unknown
 * @param kind the tool's word for what kind of failure it was; empty for none
 * @param why what went wrong in the tool's own words, or what holds it up while it runs; empty for nothing
 * @param result what the tool found
 */
public record TaskView(
        State state, @Nullable Instant ended, int exitCode, String kind, String why, Map<String, Object> result) {

    /** There is no such job. */
    public static final TaskView ABSENT = new TaskView(State.ABSENT, null, 0, "", "", Map.of());

    /** How far a job is. */
    public enum State {
        /** There is none. */
        ABSENT,
        /** It waits or runs. */
        RUNNING,
        /** It did what it should. */
        SUCCEEDED,
        /** It has given up. */
        FAILED,
        /** It ran out of time. */
        LATE
    }

    public TaskView {
        result = new TreeMap<>(result);
    }

    /** One that runs. */
    public static TaskView running(String why) {
        return new TaskView(State.RUNNING, null, 0, "", why, Map.of());
    }

    /** Whether there is none. */
    public boolean isAbsent() {
        return state == State.ABSENT;
    }

    /** Whether it waits or runs. */
    public boolean isRunning() {
        return state == State.RUNNING;
    }

    /** Whether it did what it should. */
    public boolean isDone() {
        return state == State.SUCCEEDED;
    }

    /** Whether it ended without having done what it should. */
    public boolean isFailed() {
        return state == State.FAILED || state == State.LATE;
    }

    /** A value of the result as text; null if there is none. */
    public @Nullable String text(String name) {
        Object value = result.get(name);
        return value == null ? null : value.toString();
    }

    /** A value of the result as a number; null if there is none. */
    public @Nullable Long number(String name) {
        return result.get(name) instanceof Number number ? Long.valueOf(number.longValue()) : null;
    }
}
