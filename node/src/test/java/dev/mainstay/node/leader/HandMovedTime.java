package dev.mainstay.node.leader;

import java.util.ArrayList;
import java.util.List;

/** A clock and the duties that go by it; both stand still until moved. */
final class HandMovedTime implements Scheduler {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final List<Duty> duties = new ArrayList<>();
    private long millis;

    private static final class Duty {
        private final long periodMillis;
        private final Runnable run;
        private long nextMillis;
        private boolean ended;

        Duty(long periodMillis, Runnable run, long nextMillis) {
            this.periodMillis = periodMillis;
            this.run = run;
            this.nextMillis = nextMillis;
        }
    }

    @Override
    public Rhythm every(long periodMillis, Runnable run) {
        Duty duty = new Duty(periodMillis, run, millis + periodMillis);
        duties.add(duty);
        return () -> duty.ended = true;
    }

    long nanos() {
        return millis * NANOS_PER_MILLI;
    }

    /** Moves the clock and runs what falls due on the way, each at its time. */
    void advance(long byMillis) {
        long until = millis + byMillis;
        while (millis < until) {
            millis++;
            duties.removeIf(duty -> duty.ended);
            for (Duty duty : List.copyOf(duties)) {
                if (!duty.ended && duty.nextMillis <= millis) {
                    duty.nextMillis = millis + duty.periodMillis;
                    duty.run.run();
                }
            }
        }
    }
}
