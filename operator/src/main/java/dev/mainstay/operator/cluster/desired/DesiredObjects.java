package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.ClientService;
import dev.mainstay.api.v1alpha1.DisruptionBudget;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.NetworkAccess;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Objects of a cluster whose order doesn't matter. Pure. */
public final class DesiredObjects {

    private final EtcdCluster cluster;
    private final String name;

    /** Objects of {@code cluster}. */
    public DesiredObjects(EtcdCluster cluster) {
        this.cluster = cluster;
        this.name = cluster.getMetadata().getName();
    }

    /** All of them. */
    public List<HasMetadata> all() {
        List<HasMetadata> objects = new ArrayList<>(List.of(account(), headless(), clients()));
        if (wantsBudget()) {
            objects.add(budget());
        }
        if (access().enabled()) {
            objects.add(network(access()));
        }
        return objects;
    }

    /** Those that the spec switches off. */
    public List<HasMetadata> unwanted() {
        List<HasMetadata> objects = new ArrayList<>();
        if (!wantsBudget()) {
            objects.add(budget());
        }
        if (!access().enabled()) {
            objects.add(network(access()));
        }
        return objects;
    }

    private boolean wantsBudget() {
        DisruptionBudget budget = cluster.getSpec().disruptionBudget();
        return budget == null || budget.enabled();
    }

    private NetworkAccess access() {
        return Objects.requireNonNullElse(cluster.getSpec().networkPolicy(), NetworkAccess.DEFAULT);
    }

    private ObjectMeta meta(String objectName) {
        return new ObjectMetaBuilder()
                .withName(objectName)
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(Names.labels(name))
                .withOwnerReferences(Names.owner(cluster))
                .build();
    }

    private ServiceAccount account() {
        return new ServiceAccountBuilder()
                .withMetadata(meta(name))
                .withAutomountServiceAccountToken(false)
                .build();
    }

    /** Gives members their host names, also before they are ready: they need them to become so. */
    private Service headless() {
        return new ServiceBuilder()
                .withMetadata(meta(Names.headless(name)))
                .withNewSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(Map.of(MainstayApi.CLUSTER_LABEL, name))
                .withPorts(port("client", Names.CLIENT_PORT), port("peer", Names.PEER_PORT))
                .endSpec()
                .build();
    }

    private Service clients() {
        ClientService wanted = Objects.requireNonNullElse(cluster.getSpec().clientService(), ClientService.DEFAULT);
        Service service = new ServiceBuilder()
                .withMetadata(meta(name))
                .editMetadata()
                .addToAnnotations(wanted.annotations())
                .endMetadata()
                .withNewSpec()
                .withType(wanted.type().text())
                .withSelector(Map.of(MainstayApi.CLUSTER_LABEL, name))
                .withPorts(port("client", Names.CLIENT_PORT))
                .withTrafficDistribution(wanted.trafficDistribution())
                .endSpec()
                .build();
        Map<String, String> labels = new TreeMap<>(wanted.labels());
        labels.putAll(Names.labels(name));
        service.getMetadata().setLabels(labels);
        return service;
    }

    /** Drains wait while a further voter can't be spared. */
    private PodDisruptionBudget budget() {
        Integer live = cluster.getStatus().votingReplicas();
        int voters = Math.max(live == null ? 0 : live, cluster.getSpec().replicas());
        return new PodDisruptionBudgetBuilder()
                .withMetadata(meta(name))
                .withNewSpec()
                .withMinAvailable(new IntOrString(voters / 2 + 1))
                .withNewSelector()
                .withMatchLabels(Map.of(MainstayApi.CLUSTER_LABEL, name))
                .endSelector()
                .endSpec()
                .build();
    }

    /** Members reach each other; clients, as the spec says, the client port; monitoring the metrics port. */
    private NetworkPolicy network(NetworkAccess access) {
        List<NetworkPolicyPeer> clients =
                access.clientPeers().stream().map(DesiredObjects::peer).toList();
        NetworkPolicyPeer namespace = new NetworkPolicyPeerBuilder()
                .withNewPodSelector()
                .endPodSelector()
                .build();
        NetworkPolicyPeer operator = new NetworkPolicyPeerBuilder()
                .withNewNamespaceSelector()
                .endNamespaceSelector()
                .withNewPodSelector()
                .addToMatchLabels("app.kubernetes.io/name", "mainstay-operator")
                .endPodSelector()
                .build();
        NetworkPolicyPeer members = new NetworkPolicyPeerBuilder()
                .withNewPodSelector()
                .addToMatchLabels(MainstayApi.CLUSTER_LABEL, name)
                .endPodSelector()
                .build();
        NetworkPolicyPeer backups = new NetworkPolicyPeerBuilder()
                .withNewPodSelector()
                .addToMatchLabels(MainstayApi.CALLER_LABEL, name)
                .endPodSelector()
                .build();
        List<NetworkPolicyPeer> callers = new ArrayList<>(clients.isEmpty() ? List.of(namespace) : clients);
        callers.add(operator);
        callers.add(members);
        callers.add(backups);
        // Nobody knows where those are whom members join.
        boolean joins = Joining.underWay(cluster).isPresent();
        return new NetworkPolicyBuilder()
                .withMetadata(meta(name))
                .withNewSpec()
                .withNewPodSelector()
                .addToMatchLabels(MainstayApi.CLUSTER_LABEL, name)
                .endPodSelector()
                .withPolicyTypes("Ingress")
                .withIngress(
                        rule(joins ? List.of() : List.of(members), Names.PEER_PORT),
                        rule(callers, Names.CLIENT_PORT),
                        rule(List.of(), Names.METRICS_PORT))
                .endSpec()
                .build();
    }

    private static NetworkPolicyPeer peer(NetworkAccess.PeerRule rule) {
        NetworkPolicyPeerBuilder peer = new NetworkPolicyPeerBuilder();
        if (rule.cidr() != null) {
            return peer.withNewIpBlock().withCidr(rule.cidr()).endIpBlock().build();
        }
        if (rule.namespaceLabels() != null) {
            peer.withNewNamespaceSelector()
                    .withMatchLabels(rule.namespaceLabels())
                    .endNamespaceSelector();
        }
        return peer.withNewPodSelector()
                .withMatchLabels(rule.podLabels())
                .endPodSelector()
                .build();
    }

    private static NetworkPolicyIngressRule rule(List<NetworkPolicyPeer> from, int port) {
        return new NetworkPolicyIngressRuleBuilder()
                .withFrom(from)
                .withPorts(new NetworkPolicyPortBuilder()
                        .withProtocol("TCP")
                        .withPort(new IntOrString(port))
                        .build())
                .build();
    }

    private static ServicePort port(String portName, int number) {
        return new ServicePortBuilder()
                .withName(portName)
                .withPort(number)
                .withTargetPort(new IntOrString(number))
                .withProtocol("TCP")
                .build();
    }
}
