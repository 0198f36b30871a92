package dev.mainstay.operator.task;

import dev.mainstay.operator.cluster.desired.Hashes;

/** Names of jobs and what belongs to them: short enough for labels, and the same each time. */
public final class TaskNames {

    /** Longest value of a label. */
    private static final int LABEL = 63;

    /** What the job controller adds to the names of pods. */
    private static final int SUFFIX = 6;

    private static final int DIGITS = 8;

    private TaskNames() {}

    /** That of what is made for {@code owner} in order to {@code what}. */
    public static String of(String owner, String what) {
        return shortened(owner + "-" + what, LABEL - SUFFIX);
    }

    /** A name as the value of a label. */
    public static String label(String name) {
        return shortened(name, LABEL);
    }

    private static String shortened(String name, int most) {
        if (name.length() <= most) {
            return name;
        }
        String start = name.substring(0, most - DIGITS - 1).replaceAll("[^a-z0-9]+$", "");
        return start + "-" + Hashes.text(name).substring(0, DIGITS);
    }
}
