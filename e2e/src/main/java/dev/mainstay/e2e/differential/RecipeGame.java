package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.server.Program;
import java.util.List;
import java.util.stream.Stream;

/** Locks and elections, with several sessions that hold, wait, give up and end. */
public final class RecipeGame implements StepGame {
    @Override
    public List<Step> sequence(long seed, int length, int members) {
        RecipeSequence sequence = new RecipeSequence(seed, members);
        return Stream.generate(sequence::next).limit(length).toList();
    }

    @Override
    public Playing<Step> player(List<String> endpoints) {
        return new RecipePlayer(endpoints);
    }

    @Override
    public List<String> flags(Program program) {
        return List.of();
    }

    @Override
    public List<String> missing(Outcomes outcomes) {
        return Stream.of(
                        StepKind.LOCK,
                        StepKind.UNLOCK,
                        StepKind.CAMPAIGN,
                        StepKind.PROCLAIM,
                        StepKind.RESIGN,
                        StepKind.LEADER,
                        StepKind.OBSERVE,
                        StepKind.CANCEL,
                        StepKind.EXPIRE)
                .map(StepKind::name)
                .filter(kind -> outcomes.of(kind, "") == 0)
                .toList();
    }
}
