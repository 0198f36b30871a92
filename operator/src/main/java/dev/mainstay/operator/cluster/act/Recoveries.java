package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.operator.cluster.engine.Action;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/** What a cluster's status remembers of its recovery from a lost quorum. */
final class Recoveries {

    private Recoveries() {}

    /** Decided; nothing is changed for it yet. */
    static EtcdClusterStatus chosen(EtcdClusterStatus s, Action.ChooseSurvivor a, Instant now) {
        return s.planning(new EtcdClusterStatus.Recovered(
                a.incarnation(),
                a.survivor(),
                a.approved() ? EtcdClusterStatus.Decided.APPROVED : EtcdClusterStatus.Decided.AUTOMATIC,
                a.why(),
                Long.toString(a.log().term()),
                Long.toString(a.log().index()),
                Long.toString(a.log().revision()),
                a.knownRevision() == 0 ? null : Long.toString(a.knownRevision()),
                text(now),
                null,
                null,
                null));
    }

    /** No other serves any more: the next incarnation. */
    static EtcdClusterStatus raised(EtcdClusterStatus s, Action.RaiseIncarnation a, String token, Instant now) {
        EtcdClusterStatus.Recovered r = planned(s, a.survivor());
        return s.recovering(
                new EtcdClusterStatus.Recovered(
                        r.incarnation(),
                        r.survivor(),
                        r.decided(),
                        r.reason(),
                        r.raftTerm(),
                        r.raftIndex(),
                        r.revision(),
                        r.knownRevision(),
                        r.startTime(),
                        a.proof(),
                        text(now),
                        null),
                token);
    }

    /** The survivor serves. */
    static EtcdClusterStatus finished(EtcdClusterStatus s, Instant now) {
        EtcdClusterStatus.Recovered r = Objects.requireNonNull(s.recovery());
        return s.recovered(new EtcdClusterStatus.Recovered(
                r.incarnation(),
                r.survivor(),
                r.decided(),
                r.reason(),
                r.raftTerm(),
                r.raftIndex(),
                r.revision(),
                r.knownRevision(),
                r.startTime(),
                r.fencing(),
                r.fencedTime(),
                text(now)));
    }

    private static EtcdClusterStatus.Recovered planned(EtcdClusterStatus s, String survivor) {
        EtcdClusterStatus.Recovered recovery = s.plannedRecovery();
        if (recovery == null || !recovery.survivor().equals(survivor)) {
            throw new IllegalStateException("the recovery with " + survivor + " was taken back meanwhile");
        }
        return recovery;
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
