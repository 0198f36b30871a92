package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.engine.Observation;
import dev.mainstay.operator.member.MemberApi;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * An observation with what it was made of.
 *
 * @param cluster the cluster's object
 * @param members the members' objects, by name
 * @param pods the members' pods, by the member's name
 * @param answers what members said, by name
 * @param incarnation the cluster's incarnation
 * @param observation what decisions look at
 */
public record Seen(
        EtcdCluster cluster,
        SortedMap<String, EtcdMember> members,
        SortedMap<String, Pod> pods,
        SortedMap<String, MemberApi.Answer> answers,
        int incarnation,
        Observation observation) {

    /** Where the operator reaches the member; null while it has no address. */
    public @Nullable String endpoint(String member) {
        return endpoint(pods.get(member));
    }

    static @Nullable String endpoint(@Nullable Pod pod) {
        String address =
                pod == null || pod.getStatus() == null ? null : pod.getStatus().getPodIP();
        return address == null || address.isEmpty() ? null : address + ":" + Names.CLIENT_PORT;
    }
}
