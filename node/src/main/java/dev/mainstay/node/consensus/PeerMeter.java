package dev.mainstay.node.consensus;

/**
 * Where the traffic between members is reported, by the id of the other one. Called on the network's threads and on those
 * that send the log: each method must be cheap and never wait.
 */
public interface PeerMeter {

    /** Reports nothing. */
    PeerMeter NONE = new PeerMeter() {};

    /** A message of this size was handed over for a peer. */
    default void sent(long to, int bytes) {}

    /** A peer couldn't be reached, or didn't answer in time. */
    default void sendFailed(long to) {}

    /** A message of this size came from a peer. */
    default void received(long from, int bytes) {}

    /** What a peer was sending broke off. */
    default void receiveFailed(long from) {}

    /** The log, or a heartbeat, went to a peer that answers much later than is due: this member is overloaded. */
    default void heartbeatLate(long to) {}
}
