package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdRestore;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.util.List;

/** Runs a pass when something about an object changes, and again when it is time: so clusters are brought back to what they were. */
@ControllerConfiguration(name = "restore")
@GradualRetry(maxAttempts = Integer.MAX_VALUE, maxInterval = Sources.LONGEST_RETRY)
public final class RestoreReconciler implements Reconciler<EtcdRestore> {

    private final RestorePass pass;

    /** Runs passes of {@code pass}. */
    public RestoreReconciler(RestorePass pass) {
        this.pass = pass;
    }

    @Override
    public List<EventSource<?, EtcdRestore>> prepareEventSources(EventSourceContext<EtcdRestore> context) {
        return List.of(Sources.jobs(EtcdRestore.class, context));
    }

    @Override
    public UpdateControl<EtcdRestore> reconcile(EtcdRestore object, Context<EtcdRestore> context) {
        return UpdateControl.<EtcdRestore>noUpdate()
                .rescheduleAfter(pass.run(
                        object.getMetadata().getNamespace(),
                        object.getMetadata().getName()));
    }
}
