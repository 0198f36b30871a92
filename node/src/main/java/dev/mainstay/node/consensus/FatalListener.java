package dev.mainstay.node.consensus;

/** Told, once, that this member can't keep its promises any more; any thread. The process should stop and say why. */
@FunctionalInterface
public interface FatalListener {

    /**
     * Nothing is acknowledged after this call. Must not wait for the member to close.
     *
     * @param reason one sentence an operator can act on
     */
    void fatal(String reason, Throwable cause);
}
