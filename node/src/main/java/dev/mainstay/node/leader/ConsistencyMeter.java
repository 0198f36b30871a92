package dev.mainstay.node.leader;

/** Told what comparisons of members came to. Any thread. */
public interface ConsistencyMeter {

    /** Measures nothing. */
    ConsistencyMeter NONE = new ConsistencyMeter() {};

    /** What was compared. */
    enum Subject {
        /** What the log did to the members. */
        STATE,
        /** All keys. */
        KEYS
    }

    /** A comparison is through. */
    default void compared(Subject subject, Verdict verdict) {}
}
