package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Since when the quorum is lost, as condition Available remembers it. */
public final class QuorumClock {

    /** Reason of condition Available while too few members answer. */
    public static final String QUORUM_LOST = "QuorumLost";

    private QuorumClock() {}

    /** The moment; null while there is a quorum. */
    public static @Nullable Instant lostSince(EtcdClusterStatus status) {
        return status.conditions().stream()
                .filter(condition -> "Available".equals(condition.getType()))
                .filter(condition -> QUORUM_LOST.equals(condition.getReason()))
                .map(Condition::getLastTransitionTime)
                .filter(Objects::nonNull)
                .map(Instant::parse)
                .findFirst()
                .orElse(null);
    }

    /** Since when it is lost, if it is lost now: a cluster that slept, or hadn't begun, wasn't available either. */
    public static Instant since(EtcdClusterStatus before, Instant now) {
        return Objects.requireNonNullElse(lostSince(before), now);
    }
}
