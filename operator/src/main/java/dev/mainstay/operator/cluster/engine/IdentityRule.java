package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes down which cluster this is as soon as it says so, and stops when members say different things. */
final class IdentityRule implements Rule {

    @Override
    public String guard() {
        return "the cluster has no id yet, or members name several";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        Set<String> ids = new TreeSet<>();
        s.members().stream()
                .map(MemberView::answer)
                .filter(Objects::nonNull)
                .map(MemberView.Answer::clusterId)
                .forEach(ids::add);
        String recorded = s.recorded().clusterId();
        if (recorded == null && ids.size() == 1) {
            return new Decision(
                    "Identity", new Action.RecordClusterId(ids.iterator().next()), Operation.Type.BOOTSTRAP, null);
        }
        if (recorded != null) {
            ids.add(recorded);
        }
        if (ids.size() > 1) {
            String why = "members answer for the clusters " + String.join(" and ", ids)
                    + ": delete the EtcdMember of the one that doesn't belong here";
            return new Decision("Identity", new Action.Wait(Action.Blocker.CLUSTER_ID, why), null, null);
        }
        return null;
    }
}
