package dev.mainstay.operator.migration;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Storage;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.desired.NodeImage;
import dev.mainstay.operator.task.Restricted;
import dev.mainstay.operator.task.TaskNames;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The job that runs {@code mainstay migrate}, and the volume where it keeps its snapshots: a job that is started anew while the source is loaded
 * needs them. Pure.
 */
final class MigrationJob {

    private static final String SCRATCH = "/scratch";
    private static final String SOURCE = "/source-tls";
    private static final String USER = "/source-user";
    private static final String TARGET = "/client-tls";
    private static final int RETRIES = 2;

    private final EtcdCluster cluster;
    private final NodeImage image;
    private final SourceReading.Source source;

    MigrationJob(EtcdCluster cluster, NodeImage image, SourceReading.Source source) {
        this.cluster = cluster;
        this.image = image;
        this.source = source;
    }

    /** Name of the job that follows the source until it is stopped, or that leaves it when it can. */
    static String name(EtcdCluster cluster, boolean leave) {
        return TaskNames.of(cluster.getMetadata().getName(), leave ? "cut-over" : "migrate");
    }

    /** Name of the volume's claim. */
    static String claim(EtcdCluster cluster) {
        return cluster.getMetadata().getName() + "-migrate";
    }

    /** The claim of the volume: two snapshots fit where a member's data does. */
    PersistentVolumeClaim scratch() {
        Storage storage = cluster.getSpec().storage();
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(claim(cluster))
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(Map.of("app.kubernetes.io/managed-by", "mainstay-operator"))
                .withOwnerReferences(Names.owner(cluster))
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(storage.storageClassName())
                .withNewResources()
                .withRequests(Map.of("storage", storage.size()))
                .endResources()
                .endSpec()
                .build();
    }

    /** The job. */
    Job job(boolean leave) {
        String name = name(cluster, leave);
        Map<String, String> labels = new TreeMap<>();
        labels.put("app.kubernetes.io/managed-by", "mainstay-operator");
        labels.put("app.kubernetes.io/name", "mainstay-migration");
        labels.put(MainstayApi.TASK_LABEL, name);
        Map<String, String> ofPods = new TreeMap<>(labels);
        ofPods.put(MainstayApi.CALLER_LABEL, cluster.getMetadata().getName());
        labels.put(MainstayApi.CLUSTER_LABEL, cluster.getMetadata().getName());
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(labels)
                .withOwnerReferences(Names.owner(cluster))
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(RETRIES)
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(ofPods)
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withImagePullSecrets(image.pullSecrets())
                .withSecurityContext(Restricted.pod())
                .withContainers(new ContainerBuilder()
                        .withName("migrate")
                        .withImage(image.name())
                        .withImagePullPolicy(image.pullPolicy())
                        .withCommand("mainstay")
                        .withArgs(arguments(leave))
                        .withVolumeMounts(mounts())
                        .withNewResources()
                        .withRequests(Map.of("cpu", new Quantity("50m"), "memory", new Quantity("256Mi")))
                        .endResources()
                        .withSecurityContext(Restricted.container())
                        .build())
                .withVolumes(volumes())
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private List<String> arguments(boolean leave) {
        List<String> arguments = new ArrayList<>(List.of(
                "migrate",
                "--from=" + String.join(",", source.from().endpoints()),
                "--to="
                        + String.join(
                                ",", Objects.requireNonNull(cluster.getStatus()).endpoints())));
        if (source.authorities()) {
            arguments.add("--from-cacert=" + SOURCE + "/ca.crt");
        }
        if (source.certificate()) {
            arguments.add("--from-cert=" + SOURCE + "/tls.crt");
            arguments.add("--from-key=" + SOURCE + "/tls.key");
        }
        if (!source.user().isEmpty()) {
            arguments.add("--from-user=" + source.user());
            arguments.add("--from-password-file=" + USER + "/password");
        }
        if (Names.secure(cluster)) {
            arguments.add("--to-cacert=" + TARGET + "/ca.crt");
            arguments.add("--to-cert=" + TARGET + "/tls.crt");
            arguments.add("--to-key=" + TARGET + "/tls.key");
        }
        arguments.add("--cut-over=" + (leave ? "auto" : "manual"));
        arguments.add("--scratch=" + SCRATCH + "/migrate");
        arguments.add("--result-file=/dev/termination-log");
        return arguments;
    }

    private List<VolumeMount> mounts() {
        List<VolumeMount> mounts = new ArrayList<>();
        mounts.add(Restricted.mount("tmp", "/tmp", false));
        mounts.add(Restricted.mount("scratch", SCRATCH, false));
        if (Names.secure(cluster)) {
            mounts.add(Restricted.mount("target-tls", TARGET, true));
        }
        if (source.from().tlsSecretRef() != null) {
            mounts.add(Restricted.mount("source-tls", SOURCE, true));
        }
        if (source.from().userSecretRef() != null) {
            mounts.add(Restricted.mount("source-user", USER, true));
        }
        return mounts;
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(Restricted.empty("tmp"));
        volumes.add(new VolumeBuilder()
                .withName("scratch")
                .withNewPersistentVolumeClaim(claim(cluster), false)
                .build());
        if (Names.secure(cluster)) {
            // Once the source's users are there, only root may go on.
            volumes.add(Restricted.secret(
                    "target-tls", Names.operator(cluster.getMetadata().getName())));
        }
        if (source.from().tlsSecretRef() != null) {
            volumes.add(
                    Restricted.secret("source-tls", source.from().tlsSecretRef().name()));
        }
        if (source.from().userSecretRef() != null) {
            volumes.add(Restricted.secret(
                    "source-user", source.from().userSecretRef().name()));
        }
        return volumes;
    }
}
