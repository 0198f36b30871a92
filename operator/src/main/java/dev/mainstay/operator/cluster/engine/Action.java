package dev.mainstay.operator.cluster.engine;

import java.util.List;

/**
 * What to do next: one thing. Each is safe to repeat, and to be cut off after any of its effects: the next decision is made of what is
 * found then.
 */
public sealed interface Action {

    /** Nothing. */
    record Idle() implements Action {}

    /** Nothing yet. */
    record Wait(Blocker blocker, String why) implements Action {}

    /** Writes down which cluster this is; from then on none is founded any more. */
    record RecordClusterId(String clusterId) implements Action {}

    /** Takes the number, then makes the member's object. */
    record CreateMember(int number, MemberView.Join join) implements Action {}

    /** Makes the member's volume. */
    record CreateVolume(String member) implements Action {}

    /** Asks for a larger volume. */
    record GrowVolume(String member, long bytes) implements Action {}

    /** Deletes the member's volume. */
    record DeleteVolume(String member) implements Action {}

    /** Writes down which backup the cluster begins with. */
    record RecordSource() implements Action {}

    /** Starts to restore a backup into the member's volume. */
    record Restore(String member) implements Action {}

    /** Takes a restore that failed away, so that it is tried again. */
    record ClearRestore(String member) implements Action {}

    /** Makes the member's pod; {@code founds} lets it begin a new cluster. */
    record CreatePod(String member, boolean founds) implements Action {}

    /** Makes the pods of members that can't agree before more of them run; none founds anything. */
    record CreatePods(List<String> members) implements Action {}

    /** Deletes this very pod. */
    record DeletePod(String member, String uid, String why) implements Action {}

    /** Counts one more attempt, then deletes this very pod. */
    record RecreatePod(String member, String uid, int attempt) implements Action {}

    /** Says what the member's pod must run. */
    record SetTemplate(String member, String version, String templateHash) implements Action {}

    /** Says whether the member must have no pod. */
    record Suspend(String member, boolean suspended) implements Action {}

    /** Adds the member to the list, as a learner. */
    record AddLearner(String member) implements Action {}

    /** Lets the learner vote. */
    record Promote(String member, String id) implements Action {}

    /** Hands leadership over. */
    record MoveLeader(String from, String to, String toId) implements Action {}

    /** Deletes the member's object, whose finalizer keeps it until it has left. */
    record MarkLeaving(String member, String why) implements Action {}

    /** Takes the member off the list. */
    record RemoveFromList(String member, String id) implements Action {}

    /** Lets go of the member's object. */
    record Forget(String member) implements Action {}

    /** Returns free space of the member's data files. */
    record Defragment(String member) implements Action {}

    /** Clears an alarm. */
    record Disarm(ClusterView.Alarm alarm) implements Action {}

    /**
     * Writes down that the cluster is to go on with this member alone.
     *
     * @param survivor the member
     * @param incarnation the incarnation that it leads to
     * @param approved whether a person said so
     * @param log the end of its log
     * @param knownRevision the highest revision that anyone is known to have had; 0 for none
     * @param why what it was decided for
     */
    record ChooseSurvivor(
            String survivor, int incarnation, boolean approved, LostQuorum.LogEnd log, long knownRevision, String why)
            implements Action {}

    /** Takes that back. */
    record AbandonRecovery(String why) implements Action {}

    /** Raises the incarnation, as no other member serves any more: there is no way back. */
    record RaiseIncarnation(int incarnation, String survivor, String proof) implements Action {}

    /** Makes the member's pod, which begins the incarnation alone. */
    record BeginAnew(String member, int incarnation) implements Action {}

    /** Writes down that the member serves alone. */
    record FinishRecovery(String survivor) implements Action {}

    /** Marks the volume of a member that was left out, to be kept for a while. */
    record Quarantine(String member) implements Action {}

    /** Deletes a volume that was kept for long enough. */
    record DropQuarantined(String claim) implements Action {}

    /** What is waited for; conditions and their reasons are made of it. */
    enum Blocker {
        /** A person paused the cluster. */
        PAUSED,
        /** The cluster sleeps, as wanted. */
        HIBERNATED,
        /** Objects that are being deleted. */
        DELETION,
        /** Members that start, or answer again. */
        HEALTH,
        /** The backup that the cluster begins with. */
        SEED,
        /** The cluster that is to be joined. */
        SOURCE,
        /** A moment to begin with that no backup and no archive reach. */
        TARGET,
        /** A learner that fetches what it lacks. */
        LEARNER,
        /** Too few members left to agree; they may still come back. */
        QUORUM,
        /** Too few members left to agree; a person must say whether to go on without them. */
        APPROVAL,
        /** Proof that members that are left out don't serve any more. */
        FENCING,
        /** The member that the cluster begins anew with. */
        REBUILDING,
        /** Certificates that can't be made until a person has helped. */
        CERTIFICATES,
        /** Members of different clusters under one name. */
        CLUSTER_ID,
        /** Data that differs, where no majority says who is right. */
        CORRUPT,
        /** Space that nothing frees but a person. */
        SPACE,
        /** A time when work is welcome that can wait. */
        WINDOW,
        /** A member that returns free space beside its work. */
        DEFRAGMENTATION,
        /** As many members as allowed have taken the change. */
        CANARY,
        /** A spec that can't be reached from here. */
        SPEC
    }
}
