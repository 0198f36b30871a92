package dev.mainstay.operator.task;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.Names;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The job of a task. Its pods satisfy the restricted security standard, have no token of Kubernetes, and leave what became of the tool in their termination
 * message. Pure.
 */
public final class DesiredJob {

    private static final String CONTAINER = "backup";
    private static final String CERTIFICATES = "client-tls";
    private static final int RETRIES = 2;

    private final Task task;

    /** Of this task. */
    public DesiredJob(Task task) {
        this.task = task;
    }

    /** The job. */
    public Job job() {
        Map<String, String> common = new TreeMap<>();
        common.put("app.kubernetes.io/managed-by", "mainstay-operator");
        common.put("app.kubernetes.io/name", "mainstay-backup");
        common.put(MainstayApi.TASK_LABEL, task.name());
        Map<String, String> job = new TreeMap<>(common);
        job.putAll(task.labels());
        Map<String, String> pod = new TreeMap<>(common);
        pod.putAll(task.store().labels());
        if (task.cluster() != null) {
            pod.put(MainstayApi.CALLER_LABEL, task.cluster().cluster());
        }
        return new JobBuilder()
                .withNewMetadata()
                .withName(task.name())
                .withNamespace(task.owner().getMetadata().getNamespace())
                .withLabels(job)
                .withOwnerReferences(Names.owner(task.owner()))
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(RETRIES)
                .withActiveDeadlineSeconds(task.deadline().toSeconds())
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(pod)
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withServiceAccountName(task.store().account())
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withImagePullSecrets(task.image().pullSecrets())
                .withSecurityContext(Restricted.pod())
                .withContainers(container())
                .withVolumes(volumes())
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private Container container() {
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(task.image().name())
                .withImagePullPolicy(task.image().pullPolicy())
                .withCommand("mainstay")
                .withArgs(arguments())
                .withVolumeMounts(mounts())
                .withNewResources()
                .withRequests(Map.of("cpu", new Quantity("50m"), "memory", new Quantity("256Mi")))
                .endResources()
                .withSecurityContext(Restricted.container())
                .build();
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add("backup");
        arguments.addAll(task.command());
        arguments.add("--repository=" + task.store().repository(task.path()));
        arguments.addAll(task.store().flags());
        ClusterAccess cluster = task.cluster();
        if (cluster != null) {
            arguments.add("--endpoints=" + String.join(",", cluster.endpoints()));
            if (cluster.secret() != null) {
                arguments.add("--cacert=/" + CERTIFICATES + "/ca.crt");
                arguments.add("--cert=/" + CERTIFICATES + "/tls.crt");
                arguments.add("--key=/" + CERTIFICATES + "/tls.key");
            }
        }
        if (task.scratch()) {
            arguments.add("--scratch-dir=" + Task.SCRATCH);
        }
        arguments.add("--write-out=json");
        arguments.add("--result-file=/dev/termination-log");
        return arguments;
    }

    private List<VolumeMount> mounts() {
        List<VolumeMount> mounts = new ArrayList<>(task.store().mounts());
        mounts.add(Restricted.mount("tmp", "/tmp", false));
        if (task.cluster() != null && task.cluster().secret() != null) {
            mounts.add(Restricted.mount(CERTIFICATES, "/" + CERTIFICATES, true));
        }
        if (!task.claim().isEmpty()) {
            mounts.add(Restricted.mount("data", Task.DATA, false));
        }
        if (task.scratch()) {
            mounts.add(Restricted.mount("scratch", Task.SCRATCH, false));
        }
        return mounts;
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>(task.store().volumes());
        volumes.add(Restricted.empty("tmp"));
        if (task.cluster() != null && task.cluster().secret() != null) {
            volumes.add(Restricted.secret(CERTIFICATES, task.cluster().secret()));
        }
        if (!task.claim().isEmpty()) {
            volumes.add(new VolumeBuilder()
                    .withName("data")
                    .withNewPersistentVolumeClaim(task.claim(), false)
                    .build());
        }
        if (task.scratch()) {
            volumes.add(Restricted.empty("scratch"));
        }
        return volumes;
    }
}
