package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Recovery;
import dev.mainstay.operator.cluster.desired.BeginsAnew;
import dev.mainstay.operator.cluster.desired.QuarantineLabel;
import dev.mainstay.operator.cluster.engine.LostQuorum;
import dev.mainstay.operator.cluster.engine.LostQuorum.Machine;
import dev.mainstay.operator.member.MemberApi;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sees what matters once the quorum is lost. Machines are asked about only then, and only by name. */
final class LostQuorumReading {

    private static final int FORBIDDEN = 403;
    private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

    private final KubernetesClient kubernetes;
    private final EtcdCluster cluster;
    private final Instant now;

    LostQuorumReading(KubernetesClient kubernetes, EtcdCluster cluster, Instant now) {
        this.kubernetes = kubernetes;
        this.cluster = cluster;
        this.now = now;
    }

    /**
     * What there is.
     *
     * @param lost whether the quorum is lost now
     * @param pods all pods with the cluster's label
     * @param answers what members say, by name
     * @param logs the ends of the logs of those who tell, by name
     */
    LostQuorum read(
            boolean lost,
            SortedMap<String, EtcdMember> members,
            Collection<Pod> pods,
            Collection<PersistentVolumeClaim> claims,
            Map<String, MemberApi.Answer> answers,
            Map<String, MemberApi.LogEnd> logs) {
        SortedMap<String, LostQuorum.Standing> standings = new TreeMap<>();
        for (Pod pod : pods) {
            String name = pod.getMetadata().getName();
            MemberApi.Answer answer = answers.get(name);
            MemberApi.LogEnd log = logs.get(name);
            standings.put(
                    name,
                    new LostQuorum.Standing(
                            answer == null || log == null
                                    ? null
                                    : new LostQuorum.LogEnd(log.term(), log.index(), answer.revision()),
                            time(pod.getMetadata().getCreationTimestamp()),
                            lost ? machine(pod) : Machine.UNKNOWN,
                            overdue(pod),
                            BeginsAnew.incarnation(pod)));
        }
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        return new LostQuorum(
                policy(),
                recovery(status.recovery()),
                recovery(status.plannedRecovery()),
                standings,
                pods.stream()
                        .map(pod -> pod.getMetadata().getName())
                        .filter(pod -> !members.containsKey(pod))
                        .sorted()
                        .toList(),
                quarantined(claims),
                known(status, members.values()));
    }

    private LostQuorum.Policy policy() {
        Recovery recovery = cluster.getSpec().recovery();
        Recovery.QuorumLoss loss =
                recovery == null || recovery.quorumLoss() == null ? Recovery.QuorumLoss.DEFAULT : recovery.quorumLoss();
        String most = loss.maxLostRevisions();
        return new LostQuorum.Policy(
                loss.policy() == Recovery.Policy.AUTOMATIC,
                loss.fencing() == Recovery.Fencing.NODE_OUT_OF_SERVICE,
                most == null || most.isEmpty() ? Long.MAX_VALUE : number(most));
    }

    private static LostQuorum.@Nullable Recovery recovery(EtcdClusterStatus.@Nullable Recovered recovery) {
        return recovery == null
                ? null
                : new LostQuorum.Recovery(
                        recovery.incarnation(), recovery.survivor(), recovery.completionTime() != null);
    }

    private static long known(EtcdClusterStatus status, Collection<EtcdMember> members) {
        Stream<String> seen = members.stream()
                .map(EtcdMember::getStatus)
                .filter(Objects::nonNull)
                .map(EtcdMemberStatus::revision)
                .filter(Objects::nonNull);
        Stream<String> archived =
                Optional.ofNullable(status.backup())
                        .map(EtcdClusterStatus.BackupSummary::latestRecoverableRevision)
                        .stream();
        return Stream.concat(seen, archived)
                .mapToLong(LostQuorumReading::number)
                .max()
                .orElse(0);
    }

    /** Of a field of digits; too many of them are as good as any. */
    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private List<LostQuorum.Quarantined> quarantined(Collection<PersistentVolumeClaim> claims) {
        return claims.stream()
                .flatMap(claim -> QuarantineLabel.until(claim).stream()
                        .map(until -> new LostQuorum.Quarantined(
                                claim.getMetadata().getName(),
                                claim.getMetadata().getLabels().getOrDefault(MainstayApi.MEMBER_LABEL, ""),
                                until,
                                claim.getMetadata().getDeletionTimestamp() != null)))
                .toList();
    }

    private boolean overdue(Pod pod) {
        Instant end = time(pod.getMetadata().getDeletionTimestamp());
        return end != null && end.isBefore(now);
    }

    private Machine machine(Pod pod) {
        String name = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        if (name == null || name.isEmpty()) {
            return Machine.NONE;
        }
        Node node;
        try {
            node = kubernetes.nodes().withName(name).get();
        } catch (KubernetesClientException e) {
            if (e.getCode() == FORBIDDEN) {
                return Machine.UNKNOWN;
            }
            throw e;
        }
        if (node == null) {
            return Machine.LOST;
        }
        boolean out = node.getSpec() != null
                && node.getSpec().getTaints().stream().anyMatch(taint -> OUT_OF_SERVICE.equals(taint.getKey()));
        boolean ready = node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
        return out ? Machine.OUT_OF_SERVICE : ready ? Machine.READY : Machine.LOST;
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null || text.isEmpty() ? null : Instant.parse(text);
    }
}
