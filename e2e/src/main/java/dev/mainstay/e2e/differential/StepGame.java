package dev.mainstay.e2e.differential;

/** A game whose steps are calls over gRPC. */
interface StepGame extends Game<Step> {
    @Override
    default Step parse(String line) {
        return Step.parse(line);
    }

    @Override
    default String label(Step step) {
        return step.kind().name();
    }
}
