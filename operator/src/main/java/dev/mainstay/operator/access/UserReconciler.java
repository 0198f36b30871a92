package dev.mainstay.operator.access;

import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.api.v1alpha1.MainstayApi;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;

/** Runs a pass when a user's object changes, and again after a while: members tell nobody of changes of users and roles. */
@ControllerConfiguration(name = "user", finalizerName = MainstayApi.ACCESS_FINALIZER)
@GradualRetry(maxAttempts = Integer.MAX_VALUE, maxInterval = RoleReconciler.LONGEST_RETRY)
public final class UserReconciler implements Reconciler<EtcdUser>, Cleaner<EtcdUser> {

    private static final Duration WAITING = Duration.ofSeconds(5);
    private static final Duration AT_REST = Duration.ofSeconds(30);

    private final UserPass pass;

    /** Runs passes of {@code pass}. */
    public UserReconciler(UserPass pass) {
        this.pass = pass;
    }

    @Override
    public UpdateControl<EtcdUser> reconcile(EtcdUser user, Context<EtcdUser> context) {
        boolean done =
                pass.run(user.getMetadata().getNamespace(), user.getMetadata().getName());
        return UpdateControl.<EtcdUser>noUpdate().rescheduleAfter(done ? AT_REST : WAITING);
    }

    @Override
    public DeleteControl cleanup(EtcdUser user, Context<EtcdUser> context) {
        boolean done = pass.cleanup(
                user.getMetadata().getNamespace(), user.getMetadata().getName());
        return done
                ? DeleteControl.defaultDelete()
                : DeleteControl.noFinalizerRemoval().rescheduleAfter(WAITING);
    }
}
