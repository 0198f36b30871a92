package dev.mainstay.operator.cluster.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What decisions look at only while a quorum is lost, and until what came of it is cleared away.
 *
 * @param policy what the spec says of it
 * @param recovery the recovery that began last; null for none
 * @param planned the recovery that is decided and hasn't begun; null for none
 * @param standings what else is known of members, by name
 * @param strays pods of members that have no object
 * @param quarantined volumes that recoveries left behind
 * @param knownRevision the highest revision that any member, or an archive, is known to have had; 0 if nothing is known
 */
public record LostQuorum(
        Policy policy,
        @Nullable Recovery recovery,
        @Nullable Recovery planned,
        Map<String, Standing> standings,
        List<String> strays,
        List<Quarantined> quarantined,
        long knownRevision) {

    /** Nothing was ever lost. */
    public static final LostQuorum NOTHING =
            new LostQuorum(new Policy(false, false, Long.MAX_VALUE), null, null, Map.of(), List.of(), List.of(), 0);

    public LostQuorum {
        standings = new TreeMap<>(standings);
        strays = List.copyOf(strays);
        quarantined = List.copyOf(quarantined);
    }

    /** What is known of this member. */
    public Standing standing(String member) {
        return standings.getOrDefault(member, Standing.UNKNOWN);
    }

    /** Whether the member is the one that the incarnation began anew with. */
    boolean survivor(String member, int incarnation) {
        return recovery != null
                && recovery.incarnation() == incarnation
                && recovery.survivor().equals(member);
    }

    /**
     * What the spec says.
     *
     * @param automatic whether the operator goes on by itself
     * @param outOfServiceCounts whether a node's taint proves that what was there doesn't run any more
     * @param maxLostRevisions from how many lost revisions on a person is asked
     */
    public record Policy(boolean automatic, boolean outOfServiceCounts, long maxLostRevisions) {}

    /**
     * A recovery.
     *
     * @param incarnation the incarnation that it leads to
     * @param survivor the member that the cluster goes on with
     * @param done whether that one has served alone
     */
    public record Recovery(int incarnation, String survivor, boolean done) {}

    /**
     * What is known of a member and of its pod.
     *
     * @param log the end of its log; null if it can't be asked
     * @param podMade when its pod was made; null for no pod
     * @param machine how the machine does that its pod was given to
     * @param overdue whether its pod was told to stop, and has had the time for it
     * @param begins the incarnation that its pod was made to begin alone; 0 for none
     */
    public record Standing(
            @Nullable LogEnd log, @Nullable Instant podMade, Machine machine, boolean overdue, int begins) {

        /** Nothing is known. */
        public static final Standing UNKNOWN = new Standing(null, null, Machine.NONE, false, 0);
    }

    /**
     * The end of a log. Of those that are left, the one with the highest term, and then the highest index, has all that was ever acknowledged
     * by a majority of which any of them was one.
     *
     * @param term term of the last entry
     * @param index index of the last entry
     * @param revision revision of the data
     */
    public record LogEnd(long term, long index, long revision) {}

    /** How a machine does. */
    public enum Machine {
        /** There is none yet. */
        NONE,
        /** It does what it is told. */
        READY,
        /** It hasn't been heard of for a while. */
        LOST,
        /** A person, or the cloud, says that it doesn't run and won't by itself. */
        OUT_OF_SERVICE,
        /** It can't be asked about. */
        UNKNOWN
    }

    /**
     * A volume of a member that was left out.
     *
     * @param claim its name
     * @param member whose it was
     * @param until until when it is kept
     * @param deleting whether it was told to go
     */
    public record Quarantined(String claim, String member, Instant until, boolean deleting) {}
}
