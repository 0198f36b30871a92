package dev.mainstay.operator.cluster.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Volumes of members that a recovery left out go when their time is over, and the cluster is whole. */
final class QuarantineRule implements Rule {

    @Override
    public String guard() {
        return "a volume that was put aside has been kept for long enough";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        return s.loss().quarantined().stream()
                .filter(volume -> !volume.deleting() && s.past(volume.until(), Duration.ZERO))
                .findFirst()
                .map(volume ->
                        new Decision("Quarantine", new Action.DropQuarantined(volume.claim()), null, volume.member()))
                .orElse(null);
    }
}
