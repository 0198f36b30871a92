package dev.mainstay.operator.cluster.engine;

import java.util.List;

/**
 * What the members say together.
 *
 * @param agreed whether the list was read with the agreement of a majority, just now
 * @param list the member list; possibly stale unless agreed; empty if nobody answers
 * @param alarms alarms that stand
 */
public record ClusterView(boolean agreed, List<Listed> list, List<Alarm> alarms) {

    /** Nobody answers. */
    public static final ClusterView SILENT = new ClusterView(false, List.of(), List.of());

    public ClusterView {
        list = List.copyOf(list);
        alarms = List.copyOf(alarms);
    }

    /**
     * A line of the member list.
     *
     * @param id its id, hex
     * @param name the member whose peer URL it has; empty for a URL that isn't ours
     * @param learner whether it doesn't vote
     * @param peerUrl where the others reach it; empty if that doesn't matter
     */
    public record Listed(String id, String name, boolean learner, String peerUrl) {

        /** Of one that the others reach wherever that is. */
        public Listed(String id, String name, boolean learner) {
            this(id, name, learner, "");
        }
    }

    /**
     * An alarm.
     *
     * @param memberId who raised it, hex
     * @param kind what for
     */
    public record Alarm(String memberId, Kind kind) {

        /** What an alarm is for. */
        public enum Kind {
            /** Data beyond the quota. */
            NOSPACE,
            /** Data that differs from the others'. */
            CORRUPT
        }
    }
}
