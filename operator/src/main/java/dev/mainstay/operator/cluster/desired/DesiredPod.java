package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.PodTemplate;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTermBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The pod of a member. Pure: the same arguments give the same pod. */
public final class DesiredPod {

    private static final String CONTAINER = "node";
    private static final String CERTIFICATES = "tls";
    private static final int READABLE_BY_GROUP = 0440;

    private final EtcdCluster cluster;
    private final String repository;
    private final @Nullable ArchivePart archive;

    /**
     * Pods of {@code cluster}, of images from {@code repository} unless the spec names another.
     *
     * @param archive what they need to archive; null if they don't
     */
    public DesiredPod(EtcdCluster cluster, String repository, @Nullable ArchivePart archive) {
        this.cluster = cluster;
        this.repository = repository;
        this.archive = archive;
    }

    /**
     * The pod.
     *
     * @param member the member
     * @param version version to run
     * @param incarnation incarnation of the cluster
     * @param founds whether it may begin a new cluster
     * @param peers members that it begins with, name=url
     * @param claim its volume; empty = in the pod
     * @param outer where clients outside reach it, as {@link OuterAddress#told} has it; null for nowhere
     */
    public Pod pod(
            String member,
            String version,
            int incarnation,
            boolean founds,
            List<String> peers,
            String claim,
            @Nullable String outer) {
        PodTemplate template = Objects.requireNonNullElse(cluster.getSpec().podTemplate(), new PodTemplate(null, null));
        PodTemplate.Spec spec = template.spec();
        Map<String, String> labels = new TreeMap<>();
        Map<String, String> annotations = new TreeMap<>();
        if (template.metadata() != null) {
            labels.putAll(template.metadata().labels());
            annotations.putAll(template.metadata().annotations());
        }
        List<String> flags = new ArrayList<>(NodeArguments.of(cluster, member, incarnation, founds, peers, outer));
        if (archive != null) {
            flags.addAll(archive.flags());
            labels.putAll(archive.labels());
            annotations.put(MainstayApi.ARCHIVE_HASH, archive.hash());
        }
        labels.putAll(Names.labels(cluster.getMetadata().getName(), member));
        labels.put("app.kubernetes.io/version", version);
        PodSpecBuilder pod = new PodSpecBuilder()
                .withHostname(member)
                .withSubdomain(Names.headless(cluster.getMetadata().getName()))
                .withRestartPolicy("Always")
                .withServiceAccountName(cluster.getMetadata().getName())
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(60L)
                .withAffinity(apart())
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(10001L)
                .withRunAsGroup(10001L)
                .withFsGroup(10001L)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withContainers(container(version, flags, spec))
                .withVolumes(
                        data(claim),
                        new VolumeBuilder()
                                .withName("tmp")
                                .withNewEmptyDir()
                                .endEmptyDir()
                                .build());
        if (Names.secure(cluster)) {
            pod.addToVolumes(certificates(member));
        }
        if (archive != null) {
            pod.addAllToVolumes(archive.volumes());
            if (!archive.account().isEmpty()) {
                pod.withServiceAccountName(archive.account());
            }
        }
        if (outer != null) {
            annotations.put(OuterAddress.TOLD, outer);
            pod.editFirstContainer().addToEnv(nodeAddress()).endContainer();
        }
        NodeImage.of(cluster, repository, version).pullSecrets().forEach(pod::addToImagePullSecrets);
        if (spec != null) {
            more(pod, spec);
        }
        return new PodBuilder()
                .withNewMetadata()
                .withName(member)
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(labels)
                .withAnnotations(annotations)
                .endMetadata()
                .withSpec(pod.build())
                .build();
    }

    /** What members' pods have in common: changes exactly when pods must be made anew, version aside. */
    public String templateHash() {
        return Hashes.object(sample());
    }

    /** The pod of no member in particular. */
    Pod sample() {
        return pod("member", "0.0.0", 1, false, List.of(), "claim", null);
    }

    private static EnvVar nodeAddress() {
        return new EnvVarBuilder()
                .withName(OuterAddress.NODE_ADDRESS)
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath("status.hostIP")
                .endFieldRef()
                .endValueFrom()
                .build();
    }

    private Container container(String version, List<String> flags, PodTemplate.@Nullable Spec spec) {
        NodeImage image = NodeImage.of(cluster, repository, version);
        ContainerBuilder container = new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(image.name())
                .withImagePullPolicy(image.pullPolicy())
                .withCommand("mainstay")
                .withArgs(flags)
                .withPorts(
                        port("client", Names.CLIENT_PORT),
                        port("peer", Names.PEER_PORT),
                        port("metrics", Names.METRICS_PORT))
                .withVolumeMounts(mount("data", "/data"), mount("tmp", "/tmp"))
                .withStartupProbe(probe("/livez", 5, 60))
                .withLivenessProbe(probe("/livez", 10, 6))
                .withReadinessProbe(probe("/readyz", 5, 2))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext();
        if (Names.secure(cluster)) {
            container.addToVolumeMounts(new VolumeMountBuilder()
                    .withName(CERTIFICATES)
                    .withMountPath(MemberCertificate.FOLDER)
                    .withReadOnly(true)
                    .build());
        }
        if (archive != null) {
            container.addAllToVolumeMounts(archive.mounts());
        }
        if (spec != null && spec.resources() != null) {
            container
                    .withNewResources()
                    .withRequests(spec.resources().requests())
                    .withLimits(spec.resources().limits())
                    .endResources();
        }
        return container.build();
    }

    private static void more(PodSpecBuilder pod, PodTemplate.Spec spec) {
        pod.withTolerations(spec.tolerations())
                .withTopologySpreadConstraints(spec.topologySpreadConstraints())
                .withNodeSelector(spec.nodeSelector())
                .withTerminationGracePeriodSeconds(spec.terminationGracePeriodSeconds())
                .withPriorityClassName(blankToNull(spec.priorityClassName()))
                .withSchedulerName(blankToNull(spec.schedulerName()));
        if (spec.affinity() != null) {
            pod.withAffinity(spec.affinity());
        }
        String account = blankToNull(spec.serviceAccountName());
        if (account != null) {
            pod.withServiceAccountName(account);
        }
        spec.extraContainers()
                .forEach(extra ->
                        pod.addToContainers(Serialization.unmarshal(Serialization.asJson(extra), Container.class)));
        spec.extraVolumes()
                .forEach(extra -> pod.addToVolumes(Serialization.unmarshal(Serialization.asJson(extra), Volume.class)));
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    /** Apart from each other by host, and rather by zone. */
    private Affinity apart() {
        return new AffinityBuilder()
                .withNewPodAntiAffinity()
                .addToPreferredDuringSchedulingIgnoredDuringExecution(
                        apart(100, "kubernetes.io/hostname"), apart(50, "topology.kubernetes.io/zone"))
                .endPodAntiAffinity()
                .build();
    }

    private WeightedPodAffinityTerm apart(int weight, String topology) {
        return new WeightedPodAffinityTermBuilder()
                .withWeight(weight)
                .withNewPodAffinityTerm()
                .withTopologyKey(topology)
                .withNewLabelSelector()
                .addToMatchLabels(
                        MainstayApi.CLUSTER_LABEL, cluster.getMetadata().getName())
                .endLabelSelector()
                .endPodAffinityTerm()
                .build();
    }

    private static Volume data(String claim) {
        VolumeBuilder volume = new VolumeBuilder().withName("data");
        return claim.isEmpty()
                ? volume.withNewEmptyDir().endEmptyDir().build()
                : volume.withNewPersistentVolumeClaim(claim, false).build();
    }

    /** Kubernetes brings what changes in the secret into the running container, all files at once. */
    private static Volume certificates(String member) {
        return new VolumeBuilder()
                .withName(CERTIFICATES)
                .withNewSecret()
                .withSecretName(Names.certificate(member))
                .withDefaultMode(READABLE_BY_GROUP)
                .endSecret()
                .build();
    }

    private static ContainerPort port(String name, int number) {
        return new ContainerPortBuilder()
                .withName(name)
                .withContainerPort(number)
                .withProtocol("TCP")
                .build();
    }

    private static VolumeMount mount(String name, String path) {
        return new VolumeMountBuilder().withName(name).withMountPath(path).build();
    }

    private static Probe probe(String path, int period, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(new IntOrString("metrics"))
                .endHttpGet()
                .withPeriodSeconds(period)
                .withTimeoutSeconds(5)
                .withFailureThreshold(failures)
                .build();
    }
}
