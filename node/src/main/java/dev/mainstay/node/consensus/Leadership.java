package dev.mainstay.node.consensus;

/**
 * Told when this member's leadership begins and ends; strictly alternating, beginning with {@link #becameLeader}. Called on
 * a thread of its own for this, one call at a time: a listener may propose, but holds up the next call while it runs.
 */
public interface Leadership {

    /** This member leads and has applied everything committed before it did. */
    void becameLeader(long term);

    /** This member leads no more; what it proposed may or may not have been committed. */
    void lostLeadership();

    /** Nobody wants to know. */
    Leadership IGNORED = new Leadership() {
        @Override
        public void becameLeader(long term) {}

        @Override
        public void lostLeadership() {}
    };
}
