package dev.mainstay.operator.cluster.engine;

import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An observation, and the sums that rules share. */
final class Situation {

    /** How far behind the leader a learner may be to become a voter, log entries. */
    static final long LEARNER_LAG = 1000;

    private final Observation observation;
    private final List<MemberView> members;
    private final List<MemberView> staying;
    private final List<Listed> voters;
    private final Map<String, MemberView> byName = new TreeMap<>();
    private final Map<String, Listed> listedByName = new TreeMap<>();

    Situation(Observation observation) {
        this.observation = observation;
        this.members =
                observation.members().stream().filter(observation::current).toList();
        this.staying = members.stream().filter(member -> !member.leaving()).toList();
        this.voters =
                cluster().list().stream().filter(listed -> !listed.learner()).toList();
        members().forEach(member -> byName.put(member.name(), member));
        cluster().list().forEach(listed -> listedByName.put(listed.name(), listed));
    }

    Wanted wanted() {
        return observation.wanted();
    }

    Recorded recorded() {
        return observation.recorded();
    }

    Upkeep upkeep() {
        return observation.upkeep();
    }

    Instant now() {
        return observation.now();
    }

    /** Members of the incarnation of now. */
    List<MemberView> members() {
        return members;
    }

    /** Members of other incarnations. */
    List<MemberView> former() {
        return observation.members().stream()
                .filter(member -> !observation.current(member))
                .toList();
    }

    /** Members of all incarnations. */
    List<MemberView> everyone() {
        return observation.members();
    }

    /** What matters once the quorum is lost. */
    LostQuorum loss() {
        return observation.loss();
    }

    Elsewhere elsewhere() {
        return observation.elsewhere();
    }

    /** Members of the cluster that ours join. */
    List<Listed> strangers() {
        return elsewhere().joined()
                ? cluster().list().stream()
                        .filter(listed -> listed.name().isEmpty())
                        .toList()
                : List.of();
    }

    /** What a member that isn't ours is called. */
    static String nameOf(Listed stranger) {
        return "member " + stranger.id();
    }

    Seed seed() {
        return observation.seed();
    }

    /** Members that aren't on their way out. */
    List<MemberView> staying() {
        return staying;
    }

    ClusterView cluster() {
        return observation.cluster();
    }

    boolean founded() {
        return recorded().clusterId() != null;
    }

    /** Whether a majority agrees right now. */
    boolean quorum() {
        return cluster().agreed();
    }

    List<Listed> voters() {
        return voters;
    }

    @Nullable
    Listed learner() {
        return cluster().list().stream().filter(Listed::learner).findFirst().orElse(null);
    }

    @Nullable
    Listed listed(MemberView member) {
        return listedByName.get(member.name());
    }

    boolean voter(MemberView member) {
        Listed listed = listed(member);
        return listed != null && !listed.learner();
    }

    @Nullable
    MemberView member(String name) {
        return byName.get(name);
    }

    boolean serving(Listed listed) {
        MemberView member = member(listed.name());
        return member == null ? elsewhere().serving().contains(listed.id()) : member.serving();
    }

    boolean leads(MemberView member) {
        Listed listed = listed(member);
        return listed != null && isLeader(listed);
    }

    boolean isLeader(Listed listed) {
        return listed.id().equals(leaderId());
    }

    private String leaderId() {
        return members().stream()
                .filter(MemberView::serving)
                .map(MemberView::answer)
                .filter(Objects::nonNull)
                .map(MemberView.Answer::leaderId)
                .filter(id -> !id.isEmpty())
                .findFirst()
                .orElse(elsewhere().leaderId());
    }

    /** The leader's position in the log. */
    long leaderIndex() {
        long ours = members().stream()
                .map(MemberView::answer)
                .filter(Objects::nonNull)
                .mapToLong(MemberView.Answer::index)
                .max()
                .orElse(0);
        return Math.max(ours, elsewhere().index());
    }

    /** Voters that serve, this one aside. */
    private int servingVotersWithout(@Nullable Listed without) {
        return (int) voters().stream()
                .filter(listed -> !listed.equals(without))
                .filter(this::serving)
                .count();
    }

    /** Whether the other voters agree without this one, while it stays on the list. */
    boolean othersHoldQuorum(MemberView member) {
        return quorum() && servingVotersWithout(listed(member)) >= majority(voters().size());
    }

    /** Whether the others agree after this one has left the list. */
    boolean quorumAfterRemoval(MemberView member) {
        Listed listed = listed(member);
        return listed == null ? quorum() : quorumAfterRemoval(listed);
    }

    /** The same of a line of the list. */
    boolean quorumAfterRemoval(Listed member) {
        return quorumWithout(member)
                && (member.learner()
                        || !serving(member)
                        || servingVotersWithout(member) >= majority(Math.max(1, wanted().replicas())));
    }

    /** Whether the others agree after this one has left the list, however few they are. */
    boolean quorumWithout(Listed member) {
        if (!quorum() || member.learner()) {
            return quorum();
        }
        int left = voters().size() - 1;
        return left > 0 && servingVotersWithout(member) >= majority(left);
    }

    static int majority(int voters) {
        return voters / 2 + 1;
    }

    /** Whether the pod runs what is wanted now. */
    boolean upToDate(MemberView member) {
        MemberView.PodView pod = member.pod();
        return pod != null
                && pod.version().equals(wanted().version())
                && pod.templateHash().equals(wanted().templateHash())
                && member.version().equals(wanted().version())
                && member.templateHash().equals(wanted().templateHash());
    }

    /** Whether the member's volume can't become what is wanted. */
    boolean staleVolume(MemberView member) {
        Wanted.Volumes volumes = wanted().volumes();
        MemberView.VolumeView volume = member.volume();
        return volumes.claims()
                && volumes.replaceMembers()
                && volume != null
                && (volume.requested() > volumes.bytes()
                        || (!volumes.storageClass().isEmpty()
                                && !volume.storageClass().isEmpty()
                                && !volume.storageClass().equals(volumes.storageClass())));
    }

    /** Whether data that the member once had is gone, so that it must never start again under its name. */
    boolean dataLost(MemberView member) {
        if (!wanted().volumes().claims()) {
            return member.everSeen() && member.pod() == null && !member.suspended();
        }
        return member.everSeen() && (member.volume() == null || member.volume().lost());
    }

    /**
     * The voter to lead instead of this one: up to date with the template, then about with the log, then the one that has served longest,
     * as processes that have just started are slow; null if none can.
     */
    @Nullable
    MemberView successor(String leader) {
        List<MemberView> able = staying().stream()
                .filter(member -> !member.name().equals(leader) && voter(member) && member.serving())
                .toList();
        long newest = able.stream().mapToLong(Situation::index).max().orElse(0);
        return able.stream()
                .max(Comparator.<MemberView, Boolean>comparing(this::upToDate)
                        .thenComparing(member -> index(member) + LEARNER_LAG >= newest)
                        .thenComparing(
                                member -> Objects.requireNonNullElse(member.readySince(), now()),
                                Comparator.reverseOrder())
                        .thenComparing(MemberView::number, Comparator.reverseOrder()))
                .orElse(null);
    }

    /** Up to where the member has the log, as far as it says so. */
    private static long index(MemberView member) {
        return member.answer() == null ? 0 : member.answer().index();
    }

    /** Hands leadership over, if it is this one's and another can take it; null if there's nothing to hand over. */
    @Nullable
    Action handOver(MemberView member) {
        Listed listed = listed(member);
        return listed == null ? null : handOver(listed, member.name());
    }

    /** The same of a line of the list, whose member is called {@code name}. */
    @Nullable
    Action handOver(Listed member, String name) {
        if (!isLeader(member)) {
            return null;
        }
        MemberView successor = successor(name);
        Listed listed = successor == null ? null : listed(successor);
        return listed == null ? null : new Action.MoveLeader(name, listed.name(), listed.id());
    }

    /** Whether {@code since} is at least {@code time} ago. */
    boolean past(@Nullable Instant since, Duration time) {
        return since != null && !since.plus(time).isAfter(now());
    }
}
