package dev.mainstay.node.server;

/** Told when a member must be closed and started again within its process. */
interface RestartListener {

    /**
     * Any thread, the member's own among them; returns at once.
     *
     * @param reason for the log: "its state was ..."
     */
    void restart(String reason);
}
