package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.MainstayApi;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The job controller and the node's tool beside an API server that has neither. */
public final class FakeJobs {

    private final KubernetesClient kubernetes;
    private final InstantSource clock;

    /** Commands of all jobs that ran, in order. */
    public final List<String> commands = new ArrayList<>();

    /** What the tool does. */
    public Function<List<String>, Outcome> tool = _ -> new Outcome(0, "{\"exitCode\":0}");

    /** Whether jobs come to an end. */
    public boolean runs = true;

    /** How it ends: exit code and termination message; a code below 0 is a deadline. */
    public record Outcome(int exitCode, String message) {}

    public FakeJobs(KubernetesClient kubernetes, InstantSource clock) {
        this.kubernetes = kubernetes;
        this.clock = clock;
    }

    /** Ends all jobs that are there. */
    public void step() {
        if (!runs) {
            return;
        }
        for (Job job : kubernetes.batch().v1().jobs().inAnyNamespace().list().getItems()) {
            if (job.getStatus() == null || job.getStatus().getConditions().isEmpty()) {
                finish(job);
            }
        }
    }

    private void finish(Job job) {
        List<String> arguments =
                job.getSpec().getTemplate().getSpec().getContainers().getFirst().getArgs();
        commands.add(String.join(" ", arguments));
        Outcome outcome = tool.apply(arguments);
        String time = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        boolean late = outcome.exitCode() < 0;
        if (!late) {
            var _ = kubernetes
                    .resource(new PodBuilder()
                            .withNewMetadata()
                            .withName(job.getMetadata().getName() + "-" + commands.size())
                            .withNamespace(job.getMetadata().getNamespace())
                            .withLabels(Map.of(
                                    MainstayApi.TASK_LABEL, job.getMetadata().getName()))
                            .endMetadata()
                            .withSpec(job.getSpec().getTemplate().getSpec())
                            .withNewStatus()
                            .withPhase(outcome.exitCode() == 0 ? "Succeeded" : "Failed")
                            .withPodIP("10.9.9.9")
                            .addNewContainerStatus()
                            .withName("backup")
                            .withNewState()
                            .withNewTerminated()
                            .withExitCode(outcome.exitCode())
                            .withMessage(outcome.message())
                            .withFinishedAt(time)
                            .endTerminated()
                            .endState()
                            .endContainerStatus()
                            .endStatus()
                            .build())
                    .create();
        }
        var _ = kubernetes
                .resource(job)
                .editStatus(current -> new JobBuilder(current)
                        .withNewStatus()
                        .addNewCondition()
                        .withType(outcome.exitCode() == 0 ? "Complete" : "Failed")
                        .withStatus("True")
                        .withReason(late ? "DeadlineExceeded" : outcome.exitCode() == 0 ? "" : "BackoffLimitExceeded")
                        .withMessage("Job was active longer than specified deadline")
                        .withLastTransitionTime(time)
                        .endCondition()
                        .endStatus()
                        .build());
    }
}
