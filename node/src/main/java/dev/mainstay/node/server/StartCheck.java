package dev.mainstay.node.server;

import dev.mainstay.node.consensus.ReadBarrier;
import dev.mainstay.node.leader.ConsistencyMeter;
import dev.mainstay.node.leader.ConsistencyMeter.Subject;
import dev.mainstay.node.leader.MemberComparison;
import dev.mainstay.node.leader.Verdict;
import dev.mainstay.node.membership.MemberId;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Compares a member with the others before it serves: always what the log did to it, since that costs next to nothing, and
 * all its keys where the operator asked for that. One that differs from a majority doesn't start; nor does one that
 * differs from another where nobody can tell who is right, if the operator asked.
 */
final class StartCheck {

    private static final System.Logger LOG = System.getLogger(StartCheck.class.getName());

    /** How long to wait until this member has what the others have; without a leader it goes on with what it has. */
    private static final long CATCH_UP_SECONDS = 10;

    /** Members often start together: those that could decide who is right may be a moment late. */
    private static final int ATTEMPTS = 5;

    private static final long PAUSE_MILLIS = 2_000;

    private final long self;
    private final MemberComparison comparison;
    private final ReadBarrier barrier;
    private final ConsistencyMeter meter;

    StartCheck(long self, MemberComparison comparison, ReadBarrier barrier, ConsistencyMeter meter) {
        this.self = self;
        this.comparison = comparison;
        this.barrier = barrier;
        this.meter = meter;
    }

    /**
     * Returns if the member may serve.
     *
     * @param keys whether to compare all keys, too
     * @throws DataDirectoryException if its data differ
     */
    void run(Path directory, boolean keys) throws DataDirectoryException, InterruptedIOException {
        try {
            Verdict states = comparison.states().verdict();
            meter.compared(Subject.STATE, states);
            judge(directory, "what the log did to them", states);
            if (keys) {
                compareKeys(directory);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the data were compared with the other members'");
        }
    }

    private void compareKeys(Path directory) throws DataDirectoryException, InterruptedException {
        LOG.log(Level.INFO, "comparing all keys with the other members' before serving");
        catchUp();
        Verdict verdict = comparison.keys();
        for (int attempt = 1; attempt < ATTEMPTS && verdict instanceof Verdict.Undecided(boolean all); attempt++) {
            if (all) {
                break;
            }
            Thread.sleep(PAUSE_MILLIS);
            verdict = comparison.keys();
        }
        meter.compared(Subject.KEYS, verdict);
        judge(directory, "all keys", verdict);
        if (verdict instanceof Verdict.Undecided) {
            throw new DataDirectoryException(
                    DataDirectoryException.Problem.DIFFERS,
                    directory,
                    "holds other data than another member, found by comparing all keys, and no majority has the same."
                            + " Start the other members, or start without --feature-gates=InitialCorruptCheck=true and"
                            + " compare the members (etcdctl endpoint hashkv).");
        }
        LOG.log(
                Level.INFO,
                verdict instanceof Verdict.Incomparable
                        ? "no other member could be compared with; serving"
                        : "all keys are as the other members have them");
    }

    private void judge(Path directory, String what, Verdict verdict) throws DataDirectoryException {
        if (verdict instanceof Verdict.Differing differing) {
            if (differing.members().contains(self)) {
                throw new DataDirectoryException(
                        DataDirectoryException.Problem.DIFFERS,
                        directory,
                        "holds other data than the majority of the members, found by comparing " + what
                                + ". This member must not serve them. Remove member " + MemberId.hex(self)
                                + " (etcdctl member remove), empty the directory, and add a new member.");
            }
            LOG.log(
                    Level.WARNING,
                    "the data of members {0} differ from the majority''s, which this one has; found by comparing {1}",
                    differing.members().stream().map(MemberId::hex).toList(),
                    what);
        }
    }

    private void catchUp() throws InterruptedException {
        try {
            barrier.await().get(CATCH_UP_SECONDS, TimeUnit.SECONDS).ifPresent(refusal -> behind(refusal.message()));
        } catch (ExecutionException | TimeoutException e) {
            behind(e.toString());
        }
    }

    private static void behind(String why) {
        LOG.log(Level.WARNING, "comparing what this member has, which may be behind: {0}", why);
    }
}
