package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.util.List;

/** Runs a pass when something about an object changes, and again when it is time: so stores are probed when they change, and looked at. */
@ControllerConfiguration(name = "store")
@GradualRetry(maxAttempts = Integer.MAX_VALUE, maxInterval = Sources.LONGEST_RETRY)
public final class StoreReconciler implements Reconciler<EtcdBackupStore> {

    private final StorePass pass;
    private final SurveyPass surveys;

    /** Runs passes of {@code pass}, and those of {@code surveys} after them. */
    public StoreReconciler(StorePass pass, SurveyPass surveys) {
        this.pass = pass;
        this.surveys = surveys;
    }

    @Override
    public List<EventSource<?, EtcdBackupStore>> prepareEventSources(EventSourceContext<EtcdBackupStore> context) {
        return List.of(Sources.jobs(EtcdBackupStore.class, context));
    }

    @Override
    public UpdateControl<EtcdBackupStore> reconcile(EtcdBackupStore object, Context<EtcdBackupStore> context) {
        String namespace = object.getMetadata().getNamespace();
        String name = object.getMetadata().getName();
        Duration again = pass.run(namespace, name);
        return UpdateControl.<EtcdBackupStore>noUpdate()
                .rescheduleAfter(Again.sooner(again, surveys.run(namespace, name)));
    }
}
