package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A volume that is nearly full gets a larger size, and the others follow it. One step at a time: not before all have got what was asked for
 * last. A file system that is much larger than its volume asks for is shared with others, and growth of the volume wouldn't help it.
 */
final class AutoGrowRule implements Rule {

    private static final int PERCENT = 100;
    private static final long MIB = 1L << 20;

    @Override
    public String guard() {
        return "a volume is nearly full and may grow by itself";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        Wanted.Volumes wanted = s.wanted().volumes();
        Wanted.Growth growth = wanted.growth();
        if (growth == null || !wanted.claims() || wanted.bytes() >= growth.maxBytes()) {
            return null;
        }
        long next = step(wanted.bytes(), growth);
        MemberView full = null;
        for (MemberView member : s.staying()) {
            MemberView.VolumeView volume = member.volume();
            if (volume == null || volume.lost()) {
                continue;
            }
            MemberView.Space space = volume.space();
            if (volume.requested() < wanted.bytes() || space.granted() < volume.requested()) {
                return null;
            }
            if (full == null
                    && space.usedTo(growth.atUsedPercent())
                    && space.total() <= volume.requested() / 2 * 3
                    && space.refused() != next) {
                full = member;
            }
        }
        return full == null
                ? null
                : new Decision(
                        "AutoGrow",
                        new Action.GrowVolume(full.name(), next),
                        Operation.Type.RESIZE_VOLUMES,
                        full.name());
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        Wanted.Volumes wanted = s.wanted().volumes();
        Wanted.Growth growth = wanted.growth();
        MemberView full = growth == null
                ? null
                : s.staying().stream()
                        .filter(member -> member.volume() != null
                                && member.volume().space().usedTo(growth.atUsedPercent()))
                        .findFirst()
                        .orElse(null);
        if (full == null || growth == null) {
            return null;
        }
        return "the volume of " + full.name() + " is used to " + growth.atUsedPercent() + " %, "
                + (wanted.bytes() >= growth.maxBytes()
                        ? "but volumes are as large as storage.autoGrow.maxSize lets them be"
                        : "but it, or another, hasn't got what was asked for last, was refused more, or is on a file system that is shared");
    }

    /** The next size: whole mebibytes, as storage counts. */
    static long step(long bytes, Wanted.Growth growth) {
        long more = bytes + Math.max(MIB, bytes / PERCENT * growth.stepPercent());
        return Math.min((more + MIB - 1) / MIB * MIB, growth.maxBytes());
    }
}
