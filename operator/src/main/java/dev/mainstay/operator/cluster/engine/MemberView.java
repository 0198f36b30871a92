package dev.mainstay.operator.cluster.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One member: its object and what belongs to it.
 *
 * @param name its name, CLUSTER-NUMBER
 * @param number its number
 * @param join how it came to be
 * @param incarnation the incarnation that it belongs to
 * @param version version that its pod must run
 * @param templateHash template that its pod must run
 * @param suspended whether it must have no pod
 * @param leaving whether its object is being deleted
 * @param everSeen whether the member has ever answered
 * @param created when its object was made
 * @param recreates how often its pod was made anew since it last served
 * @param unhealthySince since when it hasn't served; null while it does
 * @param readySince since when it has served; null while it doesn't
 * @param pod its pod; null for none
 * @param volume its volume; null for none
 * @param answer what it says; null if it says nothing
 * @param care what else is remembered of it
 */
public record MemberView(
        String name,
        int number,
        Join join,
        int incarnation,
        String version,
        String templateHash,
        boolean suspended,
        boolean leaving,
        boolean everSeen,
        Instant created,
        int recreates,
        @Nullable Instant unhealthySince,
        @Nullable Instant readySince,
        @Nullable PodView pod,
        @Nullable VolumeView volume,
        @Nullable Answer answer,
        Care care) {

    /** Of whom nothing else is remembered. */
    public MemberView(
            String name,
            int number,
            Join join,
            int incarnation,
            String version,
            String templateHash,
            boolean suspended,
            boolean leaving,
            boolean everSeen,
            Instant created,
            int recreates,
            @Nullable Instant unhealthySince,
            @Nullable Instant readySince,
            @Nullable PodView pod,
            @Nullable VolumeView volume,
            @Nullable Answer answer) {
        this(
                name,
                number,
                join,
                incarnation,
                version,
                templateHash,
                suspended,
                leaving,
                everSeen,
                created,
                recreates,
                unhealthySince,
                readySince,
                pod,
                volume,
                answer,
                Care.NONE);
    }

    /** How a member came to be. */
    public enum Join {
        /** As the first. */
        BOOTSTRAP,
        /** By being added to the others. */
        LEARNER
    }

    /**
     * What else is remembered of a member.
     *
     * @param defragmented when its free space was last returned; null for never
     * @param awaitsAddress whether its service has no address yet, which its pod is to tell clients
     * @param defragmenting whether it returns free space just now
     */
    public record Care(@Nullable Instant defragmented, boolean awaitsAddress, boolean defragmenting) {

        /** Nothing. */
        public static final Care NONE = new Care(null, false, false);
    }

    /** Whether it serves linearizable reads or, as a learner, answers. */
    public boolean serving() {
        return answer != null && answer.serving();
    }

    /**
     * Its pod.
     *
     * @param uid tells it from others of its name
     * @param terminal whether it ended and won't start again
     * @param terminating whether it is being deleted
     * @param version version that it was made for
     * @param templateHash template that it was made from
     */
    public record PodView(String uid, boolean terminal, boolean terminating, String version, String templateHash) {}

    /**
     * Its volume.
     *
     * @param requested size asked for, bytes
     * @param storageClass class; empty if unknown
     * @param lost whether what held the data is gone, or goes
     * @param deleting whether it was told to go, which it does once no pod uses it
     * @param space its room
     */
    public record VolumeView(long requested, String storageClass, boolean lost, boolean deleting, Space space) {

        /** Whose room isn't known. */
        public VolumeView(long requested, String storageClass, boolean lost, boolean deleting) {
            this(requested, storageClass, lost, deleting, Space.UNKNOWN);
        }
    }

    /**
     * The room of a volume.
     *
     * @param granted size that it has got, bytes; 0 if unknown
     * @param total size of its file system, as the member says, bytes; 0 if unknown
     * @param used of which used, bytes
     * @param refused size that it was refused lately, bytes; 0 for none
     */
    public record Space(long granted, long total, long used, long refused) {

        /** Nothing is known. */
        public static final Space UNKNOWN = new Space(0, 0, 0, 0);

        private static final int PERCENT = 100;

        /** Whether this percentage of the file system is used, or more; false if that isn't known. */
        public boolean usedTo(int percent) {
            return total > 0 && used / (double) total * PERCENT >= percent;
        }
    }

    /**
     * What it says.
     *
     * @param memberId its id, hex
     * @param clusterId its cluster's id, hex
     * @param leaderId the leader it knows, hex; empty for none
     * @param serving whether it answers what clients ask
     * @param index its position in the log
     * @param dbSize size of its data files, bytes
     * @param dbSizeInUse of which in use, bytes
     */
    public record Answer(
            String memberId,
            String clusterId,
            String leaderId,
            boolean serving,
            long index,
            long dbSize,
            long dbSizeInUse) {}
}
