package dev.mainstay.operator.access;

import dev.mainstay.api.v1alpha1.EtcdRole;
import dev.mainstay.api.v1alpha1.MainstayApi;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;

/** Runs a pass when a role's object changes, and again after a while: members tell nobody of changes of users and roles. */
@ControllerConfiguration(name = "role", finalizerName = MainstayApi.ACCESS_FINALIZER)
@GradualRetry(maxAttempts = Integer.MAX_VALUE, maxInterval = RoleReconciler.LONGEST_RETRY)
public final class RoleReconciler implements Reconciler<EtcdRole>, Cleaner<EtcdRole> {

    /** Longest time between tries of what fails, for roles and users, milliseconds. */
    static final long LONGEST_RETRY = 30_000;

    private static final Duration WAITING = Duration.ofSeconds(5);
    private static final Duration AT_REST = Duration.ofSeconds(30);

    private final RolePass pass;

    /** Runs passes of {@code pass}. */
    public RoleReconciler(RolePass pass) {
        this.pass = pass;
    }

    @Override
    public UpdateControl<EtcdRole> reconcile(EtcdRole role, Context<EtcdRole> context) {
        boolean done =
                pass.run(role.getMetadata().getNamespace(), role.getMetadata().getName());
        return UpdateControl.<EtcdRole>noUpdate().rescheduleAfter(done ? AT_REST : WAITING);
    }

    @Override
    public DeleteControl cleanup(EtcdRole role, Context<EtcdRole> context) {
        boolean done = pass.cleanup(
                role.getMetadata().getNamespace(), role.getMetadata().getName());
        return done
                ? DeleteControl.defaultDelete()
                : DeleteControl.noFinalizerRemoval().rescheduleAfter(WAITING);
    }
}
