package dev.mainstay.operator.cluster;

import dev.mainstay.operator.cluster.engine.ClusterView;
import dev.mainstay.operator.cluster.engine.Engine;
import dev.mainstay.operator.cluster.engine.Observation;
import dev.mainstay.operator.cluster.engine.Recorded;
import dev.mainstay.operator.cluster.engine.UsualPolicy;
import dev.mainstay.operator.cluster.engine.Wanted;
import java.time.Instant;
import java.util.List;

/** Explanations of a cluster that has just been made. */
public final class Explained {

    private Explained() {}

    /** Of this one. */
    public static Explanations cluster(String namespace, String name) {
        Wanted wanted = new Wanted(
                name,
                false,
                false,
                3,
                "1.4.2",
                "a",
                new Wanted.Volumes(true, 100, "", false, true, false),
                UsualPolicy.POLICY,
                0);
        Explanations explanations = new Explanations();
        var _ = explanations.keep(
                namespace,
                name,
                new Engine()
                        .explain(new Observation(
                                Instant.parse("2027-01-01T00:00:00Z"),
                                wanted,
                                Recorded.NOTHING,
                                List.of(),
                                ClusterView.SILENT)));
        return explanations;
    }
}
