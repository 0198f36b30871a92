package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Larger volumes are asked for at once, before any health is asked about: a full disk may be why it is bad. A size that was refused is asked for
 * again only after a while, and holds up nothing meanwhile.
 */
final class GrowVolumesRule implements Rule {

    @Override
    public String guard() {
        return "a volume is smaller than is asked for";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        long bytes = s.wanted().volumes().bytes();
        for (MemberView member : s.members()) {
            MemberView.VolumeView volume = member.volume();
            if (volume != null
                    && !volume.lost()
                    && volume.requested() < bytes
                    && volume.space().refused() != bytes) {
                return new Decision(
                        "GrowVolumes",
                        new Action.GrowVolume(member.name(), bytes),
                        Operation.Type.RESIZE_VOLUMES,
                        member.name());
            }
        }
        return null;
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        long bytes = s.wanted().volumes().bytes();
        return s.members().stream()
                .filter(member -> member.volume() != null
                        && member.volume().requested() < bytes
                        && member.volume().space().refused() == bytes)
                .findFirst()
                .map(member -> "the volume of " + member.name() + " was refused " + bytes
                        + " bytes lately; that is tried again after a while")
                .orElse(null);
    }
}
