package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.server.Program;
import java.util.List;

/**
 * One way to compare two products: how its sequences are made from a seed, written down, played on a cluster, and judged.
 * Stateless; any thread.
 *
 * @param <S> one step of a sequence; its text is one line of a script that {@link #parse} reads
 */
public interface Game<S> {
    /** The sequence of this seed for clusters of so many members; always the same one. */
    List<S> sequence(long seed, int length, int members);

    /** Reads what {@code toString} of a step wrote. */
    S parse(String line);

    /** Who plays on the members at these endpoints. */
    Playing<S> player(List<String> endpoints);

    /** What is played behind every sequence. */
    default List<S> last() {
        return List.of();
    }

    /** Flags for each member. */
    List<String> flags(Program program);

    /** Whether these answers may differ, for a reason that is written down where this is decided. */
    default boolean excused(S step, String reference, String subject) {
        return false;
    }

    /** The name under which the outcomes of such steps are counted. */
    String label(S step);

    /**
     * What a long enough run must have met, or it shows less than it seems to.
     *
     * @param outcomes by label and first words of the reference's answer
     * @return what is missing, each in a few words
     */
    default List<String> missing(Outcomes outcomes) {
        return List.of();
    }

    /**
     * Plays steps on one cluster, one after the other. One thread.
     *
     * @param <S> the steps
     */
    interface Playing<S> extends AutoCloseable {
        /** Plays one step; the answer in a form that can be compared with another cluster's. */
        String play(S step);

        @Override
        void close();
    }
}
