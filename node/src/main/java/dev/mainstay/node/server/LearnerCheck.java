package dev.mainstay.node.server;

import dev.mainstay.node.consensus.RatisMember;
import dev.mainstay.node.leader.Scheduler;

/**
 * Starts a learner again whose log takes it for a voter. That happens to one that was stopped after it had got entries, but
 * before it was in the configuration: the log then begins without knowing what it is, and Ratis 3.3 doesn't learn it later.
 * Left alone it would end itself when it misses its leader.
 */
final class LearnerCheck implements AutoCloseable {

    private static final long PERIOD_MILLIS = 1_000;

    private final RatisMember raft;
    private final RestartListener restart;
    private final Scheduler.Rhythm rhythm;
    private boolean mistaken;
    private boolean told;

    LearnerCheck(RatisMember raft, RestartListener restart, Scheduler scheduler) {
        this.raft = raft;
        this.restart = restart;
        this.rhythm = scheduler.every(PERIOD_MILLIS, this::look);
    }

    /** Twice in a row, since a change of the configuration shows a moment before its effect. */
    private synchronized void look() {
        boolean before = mistaken;
        mistaken = raft.mistakesLearnerForVoter();
        if (before && mistaken && !told) {
            told = true;
            restart.restart("its log began before it was known to be a learner");
        }
    }

    @Override
    public void close() {
        rhythm.close();
    }
}
