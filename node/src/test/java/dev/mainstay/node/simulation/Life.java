package dev.mainstay.node.simulation;

import dev.mainstay.node.leader.Scheduler;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One life of a member's process, from its start to its end: its threads, its timers and its clock. What is left of it on
 * the timeline after its end never runs.
 */
final class Life {

    private static final long NANOS_PER_MICRO = 1_000;

    private final Timeline timeline;
    private final String name;
    private final long originNanos;
    private Runnable afterStep = () -> {};
    private long resumesMicros;
    private long stoppedMicros;
    private long stillMicros;
    private boolean over;

    Life(Timeline timeline, String name) {
        this.timeline = timeline;
        this.name = name;
        this.originNanos = timeline.between(-1_000_000_000_000L, 1_000_000_000_000L);
    }

    /** Called after each thing that happened in this life. */
    void afterEachStep(Runnable run) {
        afterStep = run;
    }

    void afterStep() {
        if (!over) {
            afterStep.run();
        }
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    boolean standsStill() {
        return !over && resumesMicros > timeline.micros();
    }

    long resumesMicros() {
        return resumesMicros;
    }

    /** For how long the process stood still so far, in microseconds. */
    long stillMicros() {
        return stillMicros - Math.max(0, resumesMicros - timeline.micros());
    }

    /** Whether its clock ever stood still with it. */
    boolean lostTime() {
        return stoppedMicros > 0;
    }

    /** The process stands still; its clock goes on, or stands still too. */
    void pause(long micros, boolean withItsClock) {
        if (standsStill()) {
            return;
        }
        resumesMicros = timeline.micros() + micros;
        stillMicros += micros;
        if (withItsClock) {
            stoppedMicros += micros;
        }
    }

    /** The member's own monotonic clock; asked only while it runs. */
    long nanos() {
        return originNanos + (timeline.micros() - stoppedMicros) * NANOS_PER_MICRO;
    }

    void later(long micros, String what, Runnable run) {
        timeline.later(this, micros, what, run);
    }

    /** Runs again and again until the life ends. */
    void every(long millis, String what, Runnable run) {
        later(TimeUnit.MILLISECONDS.toMicros(millis), what, () -> {
            run.run();
            every(millis, what, run);
        });
    }

    /** A thread of duties. */
    Scheduler scheduler() {
        return (periodMillis, duty) -> {
            Rhythm rhythm = new Rhythm(periodMillis, duty);
            rhythm.next();
            return rhythm;
        };
    }

    /** Threads that begin what they are given in any order, soon. */
    Executor soon(String what) {
        return run -> later(timeline.between(1, 2_000), what, run);
    }

    /** Runs each task so many milliseconds after it was given. */
    Executor after(long millis, String what) {
        return run -> later(TimeUnit.MILLISECONDS.toMicros(millis), what, run);
    }

    /** One thread that may be late. */
    ExecutorService oneThread(String what) {
        return new OneThread(what);
    }

    @Override
    public String toString() {
        return name;
    }

    private final class Rhythm implements Scheduler.Rhythm {

        private final long periodMicros;
        private final Runnable duty;
        private boolean closed;

        Rhythm(long periodMillis, Runnable duty) {
            this.periodMicros = TimeUnit.MILLISECONDS.toMicros(periodMillis);
            this.duty = duty;
        }

        void next() {
            later(periodMicros + timeline.below(500), "duty", () -> {
                if (!closed) {
                    duty.run();
                    if (!closed) {
                        next();
                    }
                }
            });
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final class OneThread extends AbstractExecutorService {

        private final String what;
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        OneThread(String what) {
            this.what = what;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
            if (tasks.size() == 1) {
                turn();
            }
        }

        private void turn() {
            long late = timeline.chance(300) ? timeline.between(1, 600_000) : timeline.between(1, 3_000);
            later(late, what, () -> {
                tasks.element().run();
                tasks.remove();
                if (!tasks.isEmpty()) {
                    turn();
                }
            });
        }

        @Override
        public void shutdown() {
            tasks.clear();
        }

        @Override
        public List<Runnable> shutdownNow() {
            tasks.clear();
            return Collections.emptyList();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
