package dev.mainstay.operator.task;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.backup.engine.TaskView;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts tasks, sees what became of them, and clears them away. Jobs and pods are read anew, never from a cache. */
public final class Tasks {

    private static final int CONFLICT = 409;

    private final KubernetesClient kubernetes;

    /** By {@code kubernetes}. */
    public Tasks(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** Starts it; one of its name that is there is taken for it. */
    public void start(Task task) {
        try {
            var _ = kubernetes.resource(new DesiredJob(task).job()).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }

    /** Takes the job and its pods away. */
    public void clear(String namespace, String name) {
        var _ = kubernetes
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withName(name)
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
    }

    /** What became of it. */
    public TaskView look(String namespace, String name) {
        Job job = kubernetes
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (job == null) {
            return TaskView.ABSENT;
        }
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return TaskView.running("an earlier try is being cleared away");
        }
        List<Pod> pods = kubernetes
                .pods()
                .inNamespace(namespace)
                .withLabel(MainstayApi.TASK_LABEL, name)
                .list()
                .getItems();
        Optional<JobCondition> complete = condition(job, "Complete");
        Optional<JobCondition> failed = condition(job, "Failed");
        if (complete.isEmpty() && failed.isEmpty()) {
            return TaskView.running(hint(job, pods));
        }
        JobCondition end = complete.or(() -> failed).orElseThrow();
        Said said = said(pods, complete.isPresent());
        boolean late = failed.isPresent() && "DeadlineExceeded".equals(end.getReason());
        TaskView.State state =
                complete.isPresent() ? TaskView.State.SUCCEEDED : late ? TaskView.State.LATE : TaskView.State.FAILED;
        String why = said.error.isEmpty() && failed.isPresent()
                ? "the job " + name + " failed: " + Objects.requireNonNullElse(end.getMessage(), "it doesn't say why")
                : said.error;
        return new TaskView(state, time(end.getLastTransitionTime()), said.exitCode, said.kind, why, said.result);
    }

    private static Optional<JobCondition> condition(Job job, String type) {
        return job.getStatus() == null || job.getStatus().getConditions() == null
                ? Optional.empty()
                : job.getStatus().getConditions().stream()
                        .filter(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()))
                        .findFirst();
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }

    /** What the tool said. */
    private record Said(int exitCode, String kind, String error, Map<String, Object> result) {

        static final Said NOTHING = new Said(0, "", "", Map.of());
    }

    /** By the pod that ended last; of a job that is complete, by one that succeeded. */
    private static Said said(List<Pod> pods, boolean complete) {
        return pods.stream()
                .flatMap(pod -> terminated(pod).stream())
                .filter(end -> !complete || Objects.requireNonNullElse(end.getExitCode(), 0) == 0)
                .max(Comparator.comparing(end -> Objects.requireNonNullElse(end.getFinishedAt(), "")))
                .map(Tasks::said)
                .orElse(Said.NOTHING);
    }

    private static Said said(ContainerStateTerminated end) {
        int exitCode = Objects.requireNonNullElse(end.getExitCode(), 0);
        String message = Objects.requireNonNullElse(end.getMessage(), "").strip();
        if (message.startsWith("{")) {
            try {
                Map<?, ?> told = Serialization.unmarshal(message, Map.class);
                return new Said(exitCode, text(told, "kind"), text(told, "error"), result(told));
            } catch (RuntimeException e) {
                return new Said(exitCode, "", "the tool's result can't be read: " + message, Map.of());
            }
        }
        String reason = "OOMKilled".equals(end.getReason()) ? "it was killed for want of memory" : message;
        return new Said(exitCode, "", reason, Map.of());
    }

    private static String text(Map<?, ?> told, String name) {
        return told.get(name) instanceof String text ? text : "";
    }

    private static Map<String, Object> result(Map<?, ?> told) {
        Map<String, Object> result = new TreeMap<>();
        if (told.get("result") instanceof Map<?, ?> values) {
            values.forEach((name, value) -> {
                if (value != null) {
                    result.put(String.valueOf(name), value);
                }
            });
        }
        return result;
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null
                ? Stream.empty()
                : pod.getStatus().getContainerStatuses().stream();
    }

    private static Optional<ContainerStateTerminated> terminated(Pod pod) {
        return containers(pod)
                .filter(status -> status.getState() != null)
                .map(status -> status.getState().getTerminated())
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** What holds it up: an image that isn't there, no place to run, an error that is tried again; empty for nothing. */
    private static String hint(Job job, List<Pod> pods) {
        for (Pod pod : pods) {
            Optional<String> waiting = containers(pod)
                    .filter(status -> status.getState() != null)
                    .map(status -> status.getState().getWaiting())
                    .filter(Objects::nonNull)
                    .filter(state -> state.getMessage() != null)
                    .map(state -> state.getReason() + ": " + state.getMessage())
                    .findFirst();
            Optional<String> unplaced =
                    pod.getStatus() == null || pod.getStatus().getConditions() == null
                            ? Optional.empty()
                            : pod.getStatus().getConditions().stream()
                                    .filter(condition -> "PodScheduled".equals(condition.getType())
                                            && "False".equals(condition.getStatus()))
                                    .map(PodCondition::getMessage)
                                    .filter(Objects::nonNull)
                                    .findFirst();
            if (waiting.or(() -> unplaced).isPresent()) {
                return waiting.or(() -> unplaced).orElseThrow();
            }
        }
        boolean tried = job.getStatus() != null
                && Objects.requireNonNullElse(job.getStatus().getFailed(), 0) > 0;
        return tried ? "tried again after: " + said(pods, false).error() : "";
    }
}
