package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.server.Program;
import java.time.Duration;
import java.util.List;

/**
 * What a run is to be like.
 *
 * @param program what runs
 * @param members how many of them
 * @param clients how many ask at the same time
 * @param meanPauseMillis how long a client rests between two requests, on average
 * @param faults to choose from, by chance; if {@code inTurn} each once in this order, and the run ends with them
 * @param inTurn see above
 * @param roundLength how long there is load before everything is looked at; a round that has begun a fault ends it first
 * @param length of the whole run, which ends with the first round that goes beyond it
 * @param seed decides everything that is left to chance; the members and clients run at their own pace, though
 * @param flags more of them for every member
 */
public record ChaosPlan(
        Program program,
        int members,
        int clients,
        int meanPauseMillis,
        List<Fault> faults,
        boolean inTurn,
        Duration roundLength,
        Duration length,
        long seed,
        List<String> flags) {
    /** Copies the lists. */
    public ChaosPlan {
        faults = List.copyOf(faults);
        flags = List.copyOf(flags);
    }
}
