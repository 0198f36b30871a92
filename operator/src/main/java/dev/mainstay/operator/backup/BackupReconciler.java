package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.util.List;

/** Runs a pass when something about an object changes, and again when it is time: so backups are made, proven and deleted. */
@ControllerConfiguration(name = "backup")
@GradualRetry(maxAttempts = Integer.MAX_VALUE, maxInterval = Sources.LONGEST_RETRY)
public final class BackupReconciler implements Reconciler<EtcdBackup> {

    private final BackupPass pass;

    /** Runs passes of {@code pass}. */
    public BackupReconciler(BackupPass pass) {
        this.pass = pass;
    }

    @Override
    public List<EventSource<?, EtcdBackup>> prepareEventSources(EventSourceContext<EtcdBackup> context) {
        return List.of(Sources.jobs(EtcdBackup.class, context));
    }

    @Override
    public UpdateControl<EtcdBackup> reconcile(EtcdBackup object, Context<EtcdBackup> context) {
        return UpdateControl.<EtcdBackup>noUpdate()
                .rescheduleAfter(pass.run(
                        object.getMetadata().getNamespace(),
                        object.getMetadata().getName()));
    }
}
