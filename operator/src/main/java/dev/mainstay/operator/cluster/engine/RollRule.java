package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Members take a new version or template one at a time: followers by their number, the leader last, after it has handed over to one that
 * has taken it. What the pod must run is written down before the pod goes. Two voters are never rolled, as neither can be spared. Outside of
 * maintenance windows nobody is rolled by us.
 */
final class RollRule implements Rule {

    @Override
    public String guard() {
        return "members that serve have yet to take a change";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        List<MemberView> outdated =
                s.members().stream().filter(member -> !s.upToDate(member)).toList();
        if (outdated.isEmpty() || s.voters().size() == 2) {
            return null;
        }
        for (MemberView member : outdated) {
            if (!reachable(member.version(), s.wanted().version())) {
                String why = "version " + s.wanted().version() + " can't be reached from " + member.version()
                        + ": go through every minor version, one at a time";
                return new Decision("Roll", new Action.Wait(Action.Blocker.SPEC, why), null, null);
            }
        }
        if (!s.upkeep().open() && s.wanted().policy().rollByItself()) {
            return null;
        }
        int updated = s.members().size() - outdated.size();
        if (updated >= s.wanted().policy().maxUpdated()) {
            String why = updated + " members have taken the change, as many as updateStrategy.maxUpdatedMembers allows";
            return new Decision("Roll", new Action.Wait(Action.Blocker.CANARY, why), null, null);
        }
        return outdated.stream()
                .sorted(Comparator.comparing(s::leads).thenComparingInt(MemberView::number))
                .map(member -> next(s, member))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        long outdated =
                s.members().stream().filter(member -> !s.upToDate(member)).count();
        if (outdated == 0) {
            return null;
        }
        String who = outdated + " of " + s.members().size() + "; ";
        if (s.voters().size() == 2) {
            return who + "neither of two voters can be spared";
        }
        return s.wanted().policy().rollByItself()
                ? who + s.upkeep().whenNext()
                : who + "they do when their pods are deleted: updateStrategy.type is OnDelete";
    }

    private static @Nullable Decision next(Situation s, MemberView member) {
        boolean told = member.version().equals(s.wanted().version())
                && member.templateHash().equals(s.wanted().templateHash());
        if (!told) {
            return decision(
                    new Action.SetTemplate(
                            member.name(), s.wanted().version(), s.wanted().templateHash()),
                    s,
                    member);
        }
        MemberView.PodView pod = member.pod();
        if (!s.wanted().policy().rollByItself() || pod == null) {
            return null;
        }
        Action handOver = s.handOver(member);
        return decision(
                handOver != null ? handOver : new Action.DeletePod(member.name(), pod.uid(), "takes a change"),
                s,
                member);
    }

    static Operation.Type type(Situation s, MemberView member) {
        MemberView.PodView pod = member.pod();
        return pod != null && pod.version().equals(s.wanted().version())
                ? Operation.Type.RECONFIGURE
                : Operation.Type.UPGRADE;
    }

    private static Decision decision(Action action, Situation s, MemberView member) {
        return new Decision("Roll", action, type(s, member), member.name());
    }

    /** Same major version, and at most one minor version away. */
    static boolean reachable(String from, String to) {
        int[] a = numbers(from);
        int[] b = numbers(to);
        return a[0] == b[0] && Math.abs(a[1] - b[1]) <= 1;
    }

    private static int[] numbers(String version) {
        return Stream.of(version.split("\\.", -1))
                .mapToInt(part -> part.matches("[0-9]{1,6}") ? Integer.parseInt(part) : 0)
                .toArray();
    }
}
