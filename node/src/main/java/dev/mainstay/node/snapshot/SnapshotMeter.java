package dev.mainstay.node.snapshot;

/** Told what goes on with snapshots. Any thread. */
public interface SnapshotMeter {

    /** Measures nothing. */
    SnapshotMeter NONE = new SnapshotMeter() {};

    /** A checkpoint was opened for a member. */
    default void sendBegan(long to) {}

    /** A piece of so many bytes was read for a member. */
    default void sent(long to, int bytes) {}

    /** A member let its checkpoint go, having it whole or not. */
    default void sendEnded(long to, boolean whole, long nanos) {}

    /** This member began to fetch the state. */
    default void receiveBegan(long from) {}

    /** So many bytes came in whole and were written. */
    default void received(long from, int bytes) {}

    /** The fetch is through or was given up. */
    default void receiveEnded(long from, boolean whole, long nanos) {}

    /** A file of the state was made durable. */
    default void fileSynced(long nanos) {}

    /** The list of what was fetched was made durable. */
    default void manifestSynced(long nanos) {}
}
