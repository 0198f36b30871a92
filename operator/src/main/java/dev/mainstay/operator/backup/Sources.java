package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.MainstayApi;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import java.util.stream.Collectors;

/** What tells passes that there may be something to do. */
final class Sources {

    /** Longest time between tries of what fails, milliseconds. */
    static final long LONGEST_RETRY = 300_000;

    private Sources() {}

    /** Jobs that an object owns. */
    static <P extends HasMetadata> EventSource<Job, P> jobs(Class<P> type, EventSourceContext<P> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Job.class, type)
                        .withLabelSelector(MainstayApi.TASK_LABEL)
                        .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(type))
                        .build(),
                context);
    }

    /** Backups of schedules. Their label may be shortened, so the schedule is looked for among those that there are. */
    static EventSource<EtcdBackup, EtcdBackupSchedule> backups(EventSourceContext<EtcdBackupSchedule> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(EtcdBackup.class, EtcdBackupSchedule.class)
                        .withLabelSelector(MainstayApi.SCHEDULE_LABEL)
                        .withSecondaryToPrimaryMapper(backup -> context.getPrimaryCache()
                                .list(backup.getMetadata().getNamespace())
                                .filter(schedule -> SchedulePass.took(schedule, backup))
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        .build(),
                context);
    }
}
