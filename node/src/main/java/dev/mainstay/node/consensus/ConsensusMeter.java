package dev.mainstay.node.consensus;

import dev.mainstay.node.common.ErrorCode;

/** Where consensus reports what it does; called on hot threads, so each method must be cheap and never wait. */
public interface ConsensusMeter {

    /** Reports nothing. */
    ConsensusMeter NONE = new ConsensusMeter() {};

    /** Where traffic between members is reported. */
    default PeerMeter peers() {
        return PeerMeter.NONE;
    }

    /** Reads ran out of time before this member was known to be up to date. Watchdog thread. */
    default void readsTimedOut() {}

    /** A round that asked how up to date this member is failed, although there is a leader. Any thread. */
    default void readRoundFailed() {}

    /** The log was made durable by one fsync. Log thread. */
    default void synced(long nanos) {}

    /** An entry was written to the log, fsync aside. Log thread. */
    default void written(long nanos) {}

    /** An entry of the log was applied. Apply thread. */
    default void entryApplied(int bytes) {}

    /** A batch was applied, {@code nanos} after it was handed over by this member. Apply thread. */
    default void committed(int commands, long nanos) {}

    /** Commands were refused before the state saw them, or their outcome is unknown. Any thread. */
    default void failed(int commands, ErrorCode why) {}

    /** This member sees another leader; 0 for none. */
    default void leaderChanged(long leaderId) {}

    /** An fsync has taken longer than an election timeout, or still does. Watchdog thread. */
    default void slowDisk(long nanos) {}
}
