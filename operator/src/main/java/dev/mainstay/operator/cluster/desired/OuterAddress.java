package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.MemberServices;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How clients outside of the Kubernetes cluster reach a member: by a service of its own, whose address the member tells its clients, as they
 * ask members for each other's. Pure.
 */
public final class OuterAddress {

    /** On a pod: the address that it was made to tell. */
    public static final String TOLD = MainstayApi.GROUP + "/external-url";

    /** Variable of the pod with the address of the node that it is on, which nobody knows before it is there. */
    static final String NODE_ADDRESS = "HOST_IP";

    private OuterAddress() {}

    private static MemberServices.Type type(EtcdCluster cluster) {
        MemberServices services = cluster.getSpec().memberServices();
        return services == null ? MemberServices.Type.NONE : services.type();
    }

    /** Whether members are to be reached from outside. */
    public static boolean wanted(EtcdCluster cluster) {
        return type(cluster) != MemberServices.Type.NONE;
    }

    /** The member's service, which goes with the member. */
    public static Service service(EtcdCluster cluster, EtcdMember member) {
        String name = member.getMetadata().getName();
        ServicePort port = new ServicePortBuilder()
                .withName("client")
                .withPort(Names.CLIENT_PORT)
                .withTargetPort(new IntOrString(Names.CLIENT_PORT))
                .withProtocol("TCP")
                .build();
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(Names.outer(name))
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(Names.labels(cluster.getMetadata().getName(), name))
                .withOwnerReferences(Names.owner(member))
                .endMetadata()
                .withNewSpec()
                .withType(type(cluster).text())
                .withSelector(Map.of(MainstayApi.MEMBER_LABEL, name))
                .withPorts(port)
                .endSpec()
                .build();
    }

    /** The URL as a flag of the member has it; null while it isn't known. */
    public static @Nullable String told(EtcdCluster cluster, @Nullable Service service) {
        return url(cluster, service, "$(" + NODE_ADDRESS + ")");
    }

    /** The URL as clients have it; null while it isn't known. */
    public static @Nullable String url(EtcdCluster cluster, @Nullable Service service, @Nullable Pod pod) {
        String node =
                pod == null || pod.getStatus() == null ? null : pod.getStatus().getHostIP();
        return url(cluster, service, node == null ? "" : bracketed(node));
    }

    private static @Nullable String url(EtcdCluster cluster, @Nullable Service service, String node) {
        if (service == null) {
            return null;
        }
        String address = type(cluster) == MemberServices.Type.NODE_PORT
                ? nodePort(service)
                        .filter(port -> !node.isEmpty())
                        .map(port -> node + ":" + port)
                        .orElse("")
                : balanced(service).map(host -> host + ":" + Names.CLIENT_PORT).orElse("");
        return address.isEmpty() ? null : (Names.secure(cluster) ? "https://" : "http://") + address;
    }

    private static Optional<Integer> nodePort(Service service) {
        return service.getSpec().getPorts().stream()
                .map(ServicePort::getNodePort)
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static Optional<String> balanced(Service service) {
        List<LoadBalancerIngress> ingress =
                service.getStatus() == null || service.getStatus().getLoadBalancer() == null
                        ? List.of()
                        : Objects.requireNonNullElse(
                                service.getStatus().getLoadBalancer().getIngress(), List.<LoadBalancerIngress>of());
        return ingress.stream()
                .flatMap(place -> Stream.of(
                        Objects.requireNonNullElse(place.getHostname(), ""),
                        Objects.requireNonNullElse(place.getIp(), "")))
                .filter(host -> !host.isEmpty())
                .map(OuterAddress::bracketed)
                .findFirst();
    }

    private static String bracketed(String address) {
        return address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    }

    /** The address in a URL, as a certificate names it; empty for none. */
    static Optional<String> host(@Nullable String url) {
        return Optional.ofNullable(url)
                .map(text -> URI.create(text).getHost())
                .map(host -> host.replaceAll("^\\[|]$", ""));
    }

    /** Whether the pod tells another address than the member has now, or one that it isn't to have. */
    public static boolean outdated(EtcdCluster cluster, @Nullable Service service, Pod pod) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
        String told = annotations.getOrDefault(TOLD, "");
        String now = wanted(cluster) ? told(cluster, service) : "";
        return now != null && !now.equals(told);
    }
}
