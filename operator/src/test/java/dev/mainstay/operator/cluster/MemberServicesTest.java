package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.pki.Pem;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.cert.CertificateParsingException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members that are reached from outside, each by a service of its own. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class MemberServicesTest {

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, new SimpleMeterRegistry());
    }

    private void create(int replicas, String type) {
        stage.create(
                replicas,
                "storage: {size: 1Gi}\nmemberServices: {type: " + type
                        + "}\nmaintenance: {windows: [{schedule: \"0 2 * * *\", durationMinutes: 600}]}\n");
    }

    @Test
    void membersBeginWithTheAddressesOfTheirBalancers() {
        create(3, "LoadBalancer");
        until(() -> balance("203.0.113."));

        assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
        assertThat(services())
                .extracting(service -> service.getMetadata().getName())
                .containsExactlyInAnyOrder("a-1-external", "a-2-external", "a-3-external");
        for (Service service : services()) {
            String member =
                    Objects.requireNonNull(service.getMetadata().getLabels().get("mainstay.dev/member"));
            assertThat(service.getSpec().getType()).isEqualTo("LoadBalancer");
            assertThat(service.getSpec().getSelector()).isEqualTo(Map.of("mainstay.dev/member", member));
            assertThat(service.getMetadata().getOwnerReferences().getFirst().getKind())
                    .as("it goes with the member")
                    .isEqualTo("EtcdMember");
            assertThat(service.getMetadata().getOwnerReferences().getFirst().getName())
                    .isEqualTo(member);
            String address = "203.0.113." + member.substring(2);
            assertThat(advertised(member))
                    .isEqualTo("https://" + member + ".a-members.test.svc:2379,https://" + address + ":2379");
            assertThat(member(member).getStatus().externalURL()).isEqualTo("https://" + address + ":2379");
            assertThat(names(member)).contains(address, "localhost");
        }
        assertThat(client.pods().inNamespace(Stage.NAMESPACE).list().getItems())
                .as("nobody was made anew for it")
                .allSatisfy(pod -> assertThat(pod.getMetadata().getGeneration()).isIn(null, 1L));
        stage.settle();
        List<String> before = stage.versions();
        assertThat(stage.settle()).isEmpty();
        assertThat(stage.versions()).isEqualTo(before);
    }

    @Test
    void membersThatRunTakeTheirAddressesInAWindowOneAfterTheOther() {
        create(3, "None");
        stage.settle();
        assertThat(services()).isEmpty();

        stage.change(spec -> spec.put("memberServices", Map.of("type", "LoadBalancer")));
        assertThat(stage.settle()).as("until there are addresses").isEmpty();
        balance("203.0.113.");
        assertThat(stage.settle()).isEmpty();
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("WaitingForWindow");
        assertThat(names("a-1")).as("certificates need no window").contains("203.0.113.1");

        stage.now = Instant.parse("2026-01-01T02:00:00Z");
        assertThat(stage.settle())
                .filteredOn(Action.DeletePod.class::isInstance)
                .hasSize(3);
        assertThat(advertised("a-2")).endsWith(",https://203.0.113.2:2379");

        balance("198.51.100.");
        assertThat(stage.settle())
                .as("an address that changed")
                .filteredOn(Action.DeletePod.class::isInstance)
                .hasSize(3);
        assertThat(advertised("a-2")).endsWith(",https://198.51.100.2:2379");
        assertThat(names("a-2")).contains("198.51.100.2").doesNotContain("203.0.113.2");

        stage.change(spec -> spec.remove("memberServices"));
        assertThat(stage.settle())
                .filteredOn(Action.DeletePod.class::isInstance)
                .hasSize(3);
        assertThat(services()).isEmpty();
        assertThat(advertised("a-2")).isEqualTo("https://a-2.a-members.test.svc:2379");
        assertThat(member("a-2").getStatus().externalURL()).isNull();
        stage.settle();
        assertThat(names("a-2")).doesNotContain("198.51.100.2");
    }

    @Test
    void membersTellThePortsOfTheirNodes() {
        create(1, "NodePort");
        until(this::forward);

        assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
        assertThat(advertised("a-1")).endsWith(",https://$(HOST_IP):30001");
        assertThat(pod("a-1").getSpec().getContainers().getFirst().getEnv()).anySatisfy(variable -> {
            assertThat(variable.getName()).isEqualTo("HOST_IP");
            assertThat(variable.getValueFrom().getFieldRef().getFieldPath()).isEqualTo("status.hostIP");
        });
        assertThat(member("a-1").getStatus().externalURL()).isEqualTo("https://192.0.2.7:30001");
        assertThat(names("a-1")).contains("192.0.2.7");
        stage.settle();
        List<String> before = stage.versions();
        assertThat(stage.settle()).isEmpty();
        assertThat(stage.versions()).isEqualTo(before);
    }

    /** A balancer that never comes up doesn't keep the cluster from beginning. */
    @Test
    void addressesAreNotWaitedForForEver() {
        // The server's own clock says when members were made.
        stage.now = Instant.now();
        create(1, "LoadBalancer");
        until(() -> {});

        assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
        assertThat(advertised("a-1")).isEqualTo("https://a-1.a-members.test.svc:2379");
        assertThat(services()).hasSize(1);
    }

    /** Passes until the cluster is at rest, while the cloud does its part. */
    private void until(Runnable cloud) {
        for (int i = 0; i < 150; i++) {
            Action action = stage.pass().action();
            cloud.run();
            if (action instanceof Action.Idle) {
                return;
            }
        }
        throw new AssertionError(stage.condition("Progressing").getMessage());
    }

    /** The cloud gives each service an address that ends with its member's number. */
    private void balance(String network) {
        for (Service service : services()) {
            String number = service.getMetadata().getName().replaceAll("[^0-9]", "");
            String now = service.getStatus() == null
                            || service.getStatus().getLoadBalancer() == null
                            || service.getStatus()
                                    .getLoadBalancer()
                                    .getIngress()
                                    .isEmpty()
                    ? ""
                    : service.getStatus()
                            .getLoadBalancer()
                            .getIngress()
                            .getFirst()
                            .getIp();
            if (!(network + number).equals(now)) {
                var _ = client.resource(service)
                        .editStatus(current -> new ServiceBuilder(current)
                                .withNewStatus()
                                .withNewLoadBalancer()
                                .addNewIngress()
                                .withIp(network + number)
                                .endIngress()
                                .endLoadBalancer()
                                .endStatus()
                                .build());
            }
        }
    }

    /** Kubernetes gives each service a port of the nodes, and each pod a node. */
    private void forward() {
        for (Service service : services()) {
            if (service.getSpec().getPorts().getFirst().getNodePort() == null) {
                var _ = client.resource(service)
                        .edit(current -> new ServiceBuilder(current)
                                .editSpec()
                                .editFirstPort()
                                .withNodePort(30001)
                                .endPort()
                                .endSpec()
                                .build());
            }
        }
        for (Pod pod : client.pods().inNamespace(Stage.NAMESPACE).list().getItems()) {
            if (pod.getStatus() != null && pod.getStatus().getHostIP() == null) {
                var _ = client.resource(pod)
                        .editStatus(current -> new PodBuilder(current)
                                .editStatus()
                                .withHostIP("192.0.2.7")
                                .endStatus()
                                .build());
            }
        }
    }

    private List<Service> services() {
        return client.services()
                .inNamespace(Stage.NAMESPACE)
                .withLabel("mainstay.dev/member")
                .list()
                .getItems();
    }

    private Pod pod(String member) {
        return client.pods().inNamespace(Stage.NAMESPACE).withName(member).get();
    }

    private EtcdMember member(String name) {
        return client.resources(EtcdMember.class)
                .inNamespace(Stage.NAMESPACE)
                .withName(name)
                .get();
    }

    private String advertised(String member) {
        String flag = "--advertise-client-urls=";
        return pod(member).getSpec().getContainers().getFirst().getArgs().stream()
                .filter(argument -> argument.startsWith(flag))
                .map(argument -> argument.substring(flag.length()))
                .findFirst()
                .orElseThrow();
    }

    /** What the member's certificate is for. */
    private Set<String> names(String member) {
        String certificate = SecretData.of(client.secrets()
                        .inNamespace(Stage.NAMESPACE)
                        .withName(member + "-tls")
                        .get())
                .getOrDefault("tls.crt", "");
        Set<String> names = new TreeSet<>();
        try {
            Objects.requireNonNull(Pem.certificate(certificate).getSubjectAlternativeNames())
                    .forEach(name -> names.add((String) name.get(1)));
        } catch (CertificateParsingException e) {
            throw new IllegalStateException(e);
        }
        return names;
    }
}
