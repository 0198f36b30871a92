package dev.mainstay.operator.member;

import java.util.List;

/**
 * What the operator asks of members. Calls block for a few seconds at most and
 * throw {@link MemberCallException} for refusals, time outs and silence alike; what happened then is seen by the next observation.
 */
public interface MemberApi {

    /** What one member says of itself and the list that it sees. */
    Answer ask(Endpoint endpoint);

    /** Whether it is a member of Mainstay, rather than of another etcd. */
    boolean isMainstay(Endpoint endpoint);

    /** What it publishes of itself. */
    Published published(Endpoint endpoint);

    /** The last entry of its log, committed or not. */
    LogEnd log(Endpoint endpoint);

    /** Adds a learner. */
    void addLearner(Endpoint endpoint, String peerUrl);

    /** Lets a learner vote; refused while it lags. */
    void promote(Endpoint endpoint, String id);

    /** Takes a member off the list. */
    void remove(Endpoint endpoint, String id);

    /** Hands leadership to {@code id}; {@code endpoint} is the leader's. */
    void moveLeader(Endpoint endpoint, String id);

    /** Returns free space of the member's data files. */
    void defragment(Endpoint endpoint);

    /** Clears an alarm. */
    void disarm(Endpoint endpoint, String id, boolean corrupt);

    /**
     * What one member says.
     *
     * @param id its id, hex
     * @param clusterId its cluster's id, hex
     * @param leaderId the leader it knows, hex; empty for none
     * @param learner whether it doesn't vote
     * @param term term of the log
     * @param index position in the log
     * @param dbSize size of its data files, bytes
     * @param dbSizeInUse of which in use, bytes
     * @param revision revision of its data
     * @param agreed whether the list was read with the agreement of a majority
     * @param list the member list; empty if it gave none
     * @param alarms alarms that stand; empty if it didn't say
     */
    record Answer(
            String id,
            String clusterId,
            String leaderId,
            boolean learner,
            long term,
            long index,
            long dbSize,
            long dbSizeInUse,
            long revision,
            boolean agreed,
            List<Line> list,
            List<Alarm> alarms) {}

    /**
     * The last entry of a log.
     *
     * @param term the term that it was written in
     * @param index its index
     */
    record LogEnd(long term, long index) {}

    /**
     * A line of the member list.
     *
     * @param id its id, hex
     * @param name its name; empty until it has started
     * @param peerUrl its first peer URL
     * @param learner whether it doesn't vote
     */
    record Line(String id, String name, String peerUrl, boolean learner) {}

    /**
     * An alarm.
     *
     * @param memberId who raised it, hex
     * @param corrupt CORRUPT, or else NOSPACE
     */
    record Alarm(String memberId, boolean corrupt) {}
}
