package dev.mainstay.operator.cluster.engine;

import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who is left of a cluster that lost its quorum, and what each of them is worth. */
final class Survivors {

    private final Situation situation;

    Survivors(Situation situation) {
        this.situation = situation;
    }

    /** Those that answer, though nothing can be agreed on. */
    List<MemberView> answering() {
        return situation.members().stream()
                .filter(member -> member.answer() != null)
                .toList();
    }

    /** Whether those that answer were enough, if they only agreed. */
    boolean enough() {
        List<Listed> voters = situation.voters();
        long there = voters.stream()
                .filter(voter -> {
                    MemberView member = situation.member(voter.name());
                    return member != null && member.answer() != null;
                })
                .count();
        return !voters.isEmpty() && there >= Situation.majority(voters.size());
    }

    /** One that doesn't answer yet, but whose pod is new, so that it may; null if there's none. */
    @Nullable
    MemberView mayReturn() {
        return situation.members().stream()
                .filter(member -> member.answer() == null && fresh(member))
                .findFirst()
                .orElse(null);
    }

    private boolean fresh(MemberView member) {
        MemberView.PodView pod = member.pod();
        LostQuorum.Standing standing = situation.loss().standing(member.name());
        return pod != null
                && !pod.terminating()
                && standing.podMade() != null
                && !situation.past(
                        standing.podMade(), situation.wanted().policy().quorumLoss());
    }

    /** One that answers, but doesn't say how long its log is; null if there's none. */
    @Nullable
    MemberView unclear() {
        return answering().stream()
                .filter(member -> situation.loss().standing(member.name()).log() == null)
                .findFirst()
                .orElse(null);
    }

    /** The member whose log knows most, of those that answer and whose volume stays; null if there's none. */
    @Nullable
    MemberView best() {
        return answering().stream()
                .filter(member -> member.volume() != null && !member.volume().lost())
                .max(Comparator.<MemberView>comparingLong(member -> log(member).term())
                        .thenComparingLong(member -> log(member).index())
                        .thenComparing(situation::voter)
                        .thenComparing(member -> !member.leaving())
                        .thenComparing(MemberView::number, Comparator.reverseOrder()))
                .orElse(null);
    }

    /** The end of its log, which {@link #unclear} says to be known. */
    LostQuorum.LogEnd log(MemberView member) {
        return Objects.requireNonNullElse(
                situation.loss().standing(member.name()).log(), new LostQuorum.LogEnd(0, 0, 0));
    }

    /** How many revisions would be lost with this one, as far as is known. */
    long lost(MemberView survivor) {
        return Math.max(0, situation.loss().knownRevision() - log(survivor).revision());
    }

    /** Others that could still serve somewhere, as nothing of ours says that they don't; names for people. */
    List<String> outOfReach() {
        List<String> strangers = situation.cluster().list().stream()
                .filter(listed -> situation.everyone().stream()
                        .noneMatch(member -> member.name().equals(listed.name())))
                .map(listed -> "member " + listed.id())
                .collect(Collectors.toList());
        situation.loss().strays().forEach(pod -> strangers.add("pod " + pod));
        return strangers;
    }

    /** Others whose pods are on machines that can't be told to stop them. */
    List<String> onLostMachines(MemberView survivor) {
        return situation.everyone().stream()
                .filter(member -> !member.name().equals(survivor.name()) && member.pod() != null)
                .filter(member -> switch (situation
                        .loss()
                        .standing(member.name())
                        .machine()) {
                    case LOST -> true;
                    case OUT_OF_SERVICE -> !situation.loss().policy().outOfServiceCounts();
                    case NONE, READY, UNKNOWN -> false;
                })
                .map(MemberView::name)
                .toList();
    }
}
