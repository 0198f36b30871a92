package dev.mainstay.operator.cluster.report;

import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.cluster.engine.LostQuorum;
import dev.mainstay.operator.cluster.engine.Observation;
import dev.mainstay.operator.report.Conditions;

/** What the status says of a recovery from a lost quorum: pure. */
final class RecoveryReport {

    private static final String TYPE = "Recovering";

    private RecoveryReport() {}

    static void condition(Conditions conditions, Observation seen, Decision decision) {
        LostQuorum.Recovery recovery = seen.loss().recovery();
        LostQuorum.Recovery planned = seen.loss().planned();
        Action.Wait wait = decision.action() instanceof Action.Wait waits ? waits : null;
        Action.Blocker blocker = wait == null ? null : wait.blocker();
        if (wait != null && blocker == Action.Blocker.APPROVAL) {
            conditions.set(TYPE, true, "AwaitingApproval", wait.why());
        } else if (wait != null && blocker == Action.Blocker.FENCING) {
            conditions.set(TYPE, true, "FencingMembers", wait.why());
        } else if (decision.action() instanceof Action.ChooseSurvivor chosen) {
            conditions.set(TYPE, true, "SurvivorChosen", chosen.why());
        } else if (planned != null) {
            conditions.set(
                    TYPE,
                    true,
                    "FencingMembers",
                    "the cluster is to go on with " + planned.survivor() + " alone; all others are stopped first");
        } else if (recovery != null
                && !recovery.done()
                && recovery.incarnation() == seen.recorded().incarnation()) {
            conditions.set(
                    TYPE,
                    true,
                    "Rebuilding",
                    wait != null && blocker == Action.Blocker.REBUILDING
                            ? wait.why()
                            : recovery.survivor() + " begins incarnation " + recovery.incarnation() + " alone");
        } else {
            conditions.set(TYPE, false, "None", "nothing to recover");
        }
    }
}
