package dev.mainstay.operator.cluster.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the spec asks for, as far as decisions need it.
 *
 * @param cluster the cluster's name, which members' names begin with
 * @param deleted whether the cluster is being deleted
 * @param paused whether nothing may be changed
 * @param replicas voters wanted; 0 hibernates
 * @param version version to run
 * @param templateHash hash of the pod template, version aside
 * @param volumes how data is kept
 * @param policy when and how far the engine acts by itself
 * @param approvedIncarnation the incarnation that a person approved recovering to; 0 for none
 */
public record Wanted(
        String cluster,
        boolean deleted,
        boolean paused,
        int replicas,
        String version,
        String templateHash,
        Volumes volumes,
        Policy policy,
        int approvedIncarnation) {

    /**
     * How data is kept.
     *
     * @param claims whether on claims; else in the pod
     * @param bytes size of each
     * @param storageClass class; empty = any
     * @param replaceMembers whether a class or smaller size is reached by new members
     * @param deleteWhenScaled whether the volume of a member that left goes too
     * @param deleteWhenDeleted whether volumes go with the cluster
     * @param growth how they grow by themselves; null for never
     */
    public record Volumes(
            boolean claims,
            long bytes,
            String storageClass,
            boolean replaceMembers,
            boolean deleteWhenScaled,
            boolean deleteWhenDeleted,
            @Nullable Growth growth) {

        /** Volumes that never grow by themselves. */
        public Volumes(
                boolean claims,
                long bytes,
                String storageClass,
                boolean replaceMembers,
                boolean deleteWhenScaled,
                boolean deleteWhenDeleted) {
            this(claims, bytes, storageClass, replaceMembers, deleteWhenScaled, deleteWhenDeleted, null);
        }
    }

    /**
     * How volumes grow by themselves.
     *
     * @param atUsedPercent when one is used to this percentage
     * @param stepPercent by this percentage of their size
     * @param maxBytes never beyond this
     */
    public record Growth(int atUsedPercent, int stepPercent, long maxBytes) {}

    /**
     * When and how far the engine acts by itself.
     *
     * @param rollByItself whether pods are replaced to take a change
     * @param ready how long members must have served before the next one is touched
     * @param maxUpdated how many members may take a change
     * @param stepDeadline when a learner counts as stuck
     * @param replaceByItself whether lost members are replaced
     * @param unhealthy how long a member may fail before something is done
     * @param maxRecreates how often its pod is made anew before the member is replaced
     * @param quorumLoss how long lost members are waited for before recovery is offered
     * @param quota bytes beyond which members refuse writes
     */
    public record Policy(
            boolean rollByItself,
            Duration ready,
            int maxUpdated,
            Duration stepDeadline,
            boolean replaceByItself,
            Duration unhealthy,
            int maxRecreates,
            Duration quorumLoss,
            long quota) {}
}
