package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.operator.cluster.certificates.TrustObjects;
import dev.mainstay.operator.cluster.desired.FrozenTemplate;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.engine.Observation;
import dev.mainstay.operator.member.ClientIdentity;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberApi;
import dev.mainstay.operator.member.TlsInUse;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * An observation with what it was made of.
 *
 * @param declared the cluster's object
 * @param cluster the same, with volumes as large as they have become
 * @param members the members' objects, by name
 * @param pods the members' pods, by the member's name
 * @param claims the cluster's claims of volumes, by name
 * @param services services of single members, by the member's name
 * @param answers what members said, by name
 * @param strangers members of a cluster that these join
 * @param tls certificates that members with pods use, by name; empty without TLS
 * @param trust secrets with certificates; null without TLS
 * @param incarnation the cluster's incarnation
 * @param backups how its backups are doing
 * @param archive how its archive is doing
 * @param template which template its members must run
 * @param observation what decisions look at
 */
public record Seen(
        EtcdCluster declared,
        EtcdCluster cluster,
        SortedMap<String, EtcdMember> members,
        SortedMap<String, Pod> pods,
        SortedMap<String, PersistentVolumeClaim> claims,
        SortedMap<String, Service> services,
        SortedMap<String, MemberApi.Answer> answers,
        Strangers strangers,
        SortedMap<String, TlsInUse> tls,
        @Nullable TrustObjects trust,
        int incarnation,
        BackupHealth backups,
        ArchiveView archive,
        FrozenTemplate template,
        Observation observation) {

    /** Where the operator reaches the member; null while it has no address. */
    public @Nullable Endpoint endpoint(String member) {
        return endpoint(cluster, member, pods.get(member), identity(cluster, trust));
    }

    /** Where the operator reaches a voter that agrees with the others; the leader rather than another. */
    public Optional<Endpoint> voter() {
        return voterBut(answers, "").map(this::endpoint);
    }

    /** The same, but not the one with this id, and where there's none of ours one of a cluster that is joined. */
    public Optional<Endpoint> voterBut(String id) {
        return voterBut(answers, id).map(this::endpoint).or(() -> strangers.voterBut(id));
    }

    static Optional<String> voterBut(SortedMap<String, MemberApi.Answer> answers, String id) {
        return answers.entrySet().stream()
                .filter(entry ->
                        entry.getValue().agreed() && !entry.getValue().id().equals(id))
                .max(Comparator.comparing(
                        entry -> entry.getValue().id().equals(entry.getValue().leaderId())))
                .map(Map.Entry::getKey);
    }

    static @Nullable ClientIdentity identity(EtcdCluster cluster, @Nullable TrustObjects trust) {
        return trust == null ? null : trust.identity(cluster.getMetadata().getName());
    }

    static @Nullable Endpoint endpoint(
            EtcdCluster cluster, String member, @Nullable Pod pod, @Nullable ClientIdentity identity) {
        String address =
                pod == null || pod.getStatus() == null ? null : pod.getStatus().getPodIP();
        if (address == null || address.isEmpty()) {
            return null;
        }
        String host = address.indexOf(':') >= 0 ? "[" + address + "]" : address;
        return new Endpoint(
                host + ":" + Names.CLIENT_PORT, host + ":" + Names.METRICS_PORT, Names.host(cluster, member), identity);
    }
}
