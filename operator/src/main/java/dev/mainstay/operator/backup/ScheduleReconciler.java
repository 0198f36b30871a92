package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.util.List;

/** Runs a pass when something about an object changes, and again when it is time: so backups are taken when they are due. */
@ControllerConfiguration(name = "schedule")
@GradualRetry(maxAttempts = Integer.MAX_VALUE, maxInterval = Sources.LONGEST_RETRY)
public final class ScheduleReconciler implements Reconciler<EtcdBackupSchedule> {

    private final SchedulePass pass;

    /** Runs passes of {@code pass}. */
    public ScheduleReconciler(SchedulePass pass) {
        this.pass = pass;
    }

    @Override
    public List<EventSource<?, EtcdBackupSchedule>> prepareEventSources(
            EventSourceContext<EtcdBackupSchedule> context) {
        return List.of(Sources.jobs(EtcdBackupSchedule.class, context), Sources.backups(context));
    }

    @Override
    public UpdateControl<EtcdBackupSchedule> reconcile(EtcdBackupSchedule object, Context<EtcdBackupSchedule> context) {
        return UpdateControl.<EtcdBackupSchedule>noUpdate()
                .rescheduleAfter(pass.run(
                        object.getMetadata().getNamespace(),
                        object.getMetadata().getName()));
    }
}
