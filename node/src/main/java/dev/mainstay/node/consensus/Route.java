package dev.mainstay.node.consensus;

/** Where a member's batches go. */
sealed interface Route {

    /** Nobody is known to lead: batches wait. */
    record Nowhere() implements Route {}

    /** This member leads and has taken office. */
    record Here() implements Route {}

    /** To the leader, by its etcd id. */
    record To(long leaderId) implements Route {}

    Route NOWHERE = new Nowhere();

    Route HERE = new Here();
}
