package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import org.jspecify.annotations.Nullable;

/** When nothing else is to do: a member that has left keeps its object until its pod has stopped. */
final class LastPodsRule implements Rule {

    @Override
    public String guard() {
        return "the pod of a member that has left is still stopping";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        return s.members().stream()
                .filter(member -> member.leaving() && member.pod() != null)
                .findFirst()
                .map(member -> new Decision(
                        "LastPods",
                        new Action.Wait(Action.Blocker.DELETION, "the pod of " + member.name() + " is stopping"),
                        Operation.Type.SCALE_IN,
                        member.name()))
                .orElse(null);
    }
}
