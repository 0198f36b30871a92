package dev.mainstay.node.simulation;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time and the only source of chance: what is due is run in order of time, one thing after another, and whoever
 * draws a number draws it here. The same seed gives the same run.
 */
final class Timeline {

    /** {@code -Dsimulation.steps} keeps another number. */
    private static final int KEPT_STEPS = Integer.getInteger("simulation.steps", 400);

    private static final long DIGEST_FACTOR = 1_099_511_628_211L;

    private final SplittableRandom random;
    private final PriorityQueue<Happening> ahead = new PriorityQueue<>();
    private final @Nullable Deque<String> trace;
    private long nowMicros;
    private long order;
    private long steps;
    private long digest;
    private @Nullable Violation broken;

    private record Happening(
            long atMicros, long order, @Nullable Life of, String what, Runnable run) implements Comparable<Happening> {

        @Override
        public int compareTo(Happening other) {
            int byTime = Long.compare(atMicros, other.atMicros);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** @param traced whether the last steps are kept, to be shown */
    Timeline(long seed, boolean traced) {
        this.random = new SplittableRandom(seed);
        this.trace = traced ? new ArrayDeque<>() : null;
    }

    long micros() {
        return nowMicros;
    }

    long millis() {
        return nowMicros / 1_000;
    }

    /** Steps run so far. */
    long steps() {
        return steps;
    }

    /** A number that differs where two runs went different ways. */
    long digest() {
        return digest;
    }

    /** From 0 to {@code bound}, without it. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From {@code least} to {@code most}, both included. */
    long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    /** True so many times out of a thousand. */
    boolean chance(int permille) {
        return permille > 0 && random.nextInt(1_000) < permille;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Runs something after a while, whoever lives then. */
    void later(long micros, String what, Runnable run) {
        add(nowMicros + micros, null, what, run);
    }

    /** Runs something within a life: not if it has ended by then, and not before it goes on if it stands still. */
    void later(Life life, long micros, String what, Runnable run) {
        add(nowMicros + micros, life, what, run);
    }

    private void add(long atMicros, @Nullable Life life, String what, Runnable run) {
        ahead.add(new Happening(atMicros, order++, life, what, run));
    }

    /** Runs everything due until then. */
    void runUntil(long millis) {
        long end = millis * 1_000;
        Happening next;
        while ((next = ahead.peek()) != null && next.atMicros <= end) {
            ahead.remove();
            nowMicros = Math.max(nowMicros, next.atMicros);
            Life life = next.of;
            if (life == null) {
                run(next);
            } else if (life.standsStill()) {
                add(life.resumesMicros(), life, next.what, next.run);
            } else if (!life.isOver()) {
                run(next);
                life.afterStep();
            }
        }
        nowMicros = end;
    }

    private void run(Happening next) {
        steps++;
        digest = (digest ^ next.what.hashCode() ^ nowMicros) * DIGEST_FACTOR;
        if (trace != null) {
            note((next.of == null ? "" : next.of + " ") + next.what);
        }
        try {
            next.run.run();
        } finally {
            // It may have been swallowed by a future or explained by what it passed through.
            throwBroken();
        }
    }

    /** Ends the run unless something holds, from wherever it is called. */
    @FormatMethod
    void check(boolean holds, String format, @Nullable Object... args) {
        if (!holds) {
            Violation violation = new Violation(String.format(format, args));
            if (broken == null) {
                broken = violation;
            }
            throw violation;
        }
    }

    private void throwBroken() {
        Violation violation = broken;
        if (violation != null) {
            throw violation;
        }
    }

    boolean isTraced() {
        return trace != null;
    }

    /** Adds to the trace, if there is one. */
    void note(String what) {
        if (trace != null) {
            if (trace.size() == KEPT_STEPS) {
                trace.removeFirst();
            }
            trace.addLast(String.format("%9.3f ms  %s", nowMicros / 1e3, what));
        }
    }

    /** The last steps, oldest first. */
    List<String> trace() {
        return trace == null ? List.of() : List.copyOf(trace);
    }
}
