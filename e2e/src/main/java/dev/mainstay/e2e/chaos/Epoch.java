package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.linear.Answer;
import dev.mainstay.e2e.linear.Operation;
import dev.mainstay.e2e.linear.Pair;
import dev.mainstay.e2e.linear.Past;
import dev.mainstay.e2e.linear.Request;
import dev.mainstay.e2e.linear.Step;
import java.util.List;

/**
 * What is certain between two rounds.
 *
 * @param past the store until now
 * @param pairs all there are
 * @param pending requests of earlier rounds that weren't done yet as far as anybody knows, and may still be
 */
record Epoch(Past past, List<Pair> pairs, List<Operation> pending) {
    /** Before the first round: whatever the new cluster says. */
    static Epoch first(TestCluster cluster) {
        Answer answer = Wire.send(cluster.client(0).kv(), Request.of(new Step.Get(Workload.ALL)))
                .answer();
        List<Pair> pairs = answer.found().getFirst();
        return new Epoch(new Past(answer.revision(), pairs), pairs, List.of());
    }
}
