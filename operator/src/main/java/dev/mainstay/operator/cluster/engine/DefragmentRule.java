package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Returns free space when it is time to, one member after the other, which do it beside their work, the leader last, where it is worth it. A member is done once for each time
 * that is due. One whose data comes near the quota isn't left waiting, but neither is it done again and again.
 */
final class DefragmentRule implements Rule {

    /** Between two times that a member is done since its data comes near the quota. */
    private static final Duration REST = Duration.ofHours(1);

    /** A member near the quota is done if this part of its data, or more, can be returned. */
    private static final int WORTH_PART = 10;

    private static final int PERCENT = 100;

    @Override
    public String guard() {
        return "it is time to return free space";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        Upkeep.Defragmentation care = s.upkeep().defragmentation();
        if (care == null) {
            return null;
        }
        for (MemberView member : s.members()) {
            if (member.care().defragmenting()) {
                return decision(
                        new Action.Wait(Action.Blocker.DEFRAGMENTATION, member.name() + " returns free space"), member);
            }
        }
        return s.members().stream()
                .filter(member -> member.serving() && (scheduled(s, care, member) || pressing(s, care, member)))
                .min(Comparator.comparing(s::leads).thenComparingInt(MemberView::number))
                .map(member -> decision(new Action.Defragment(member.name()), member))
                .orElse(null);
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        Upkeep.Defragmentation care = s.upkeep().defragmentation();
        return care != null && care.since() != null && !s.upkeep().open()
                ? "it is time, but " + s.upkeep().whenNext()
                : null;
    }

    private static Decision decision(Action action, MemberView member) {
        return new Decision("Defragment", action, Operation.Type.DEFRAGMENT, member.name());
    }

    private static boolean scheduled(Situation s, Upkeep.Defragmentation care, MemberView member) {
        Instant since = care.since();
        Instant last = member.care().defragmented();
        return since != null
                && s.upkeep().open()
                && (last == null || last.isBefore(since))
                && reclaimable(member) >= care.minReclaimable();
    }

    private static boolean pressing(Situation s, Upkeep.Defragmentation care, MemberView member) {
        Instant last = member.care().defragmented();
        long size = size(member);
        return (last == null || s.past(last, REST))
                && size >= s.wanted().policy().quota() / PERCENT * care.atQuotaPercent()
                && reclaimable(member) > size / WORTH_PART;
    }

    private static long reclaimable(MemberView member) {
        return member.answer() == null ? 0 : size(member) - member.answer().dbSizeInUse();
    }

    private static long size(MemberView member) {
        return member.answer() == null ? 0 : member.answer().dbSize();
    }
}
