package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.Auth;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.access.act.AuthCaller;
import dev.mainstay.operator.access.act.PasswordProofs;
import dev.mainstay.operator.access.act.Passwords;
import dev.mainstay.operator.access.act.RootVerdict;
import dev.mainstay.operator.access.plan.AuthCall;
import dev.mainstay.operator.access.plan.RootPlan;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.member.AuthApi;
import dev.mainstay.operator.member.AuthApi.AuthStatus;
import dev.mainstay.operator.member.AuthApi.PasswordCheck;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.report.News;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets a cluster ask callers who they are, once user root is there and is the operator, and keeps root's password as its secret has it. Beside
 * the engine, not a rule in it: what is done here starts and stops no member.
 */
public final class RootKeeper {

    /** Type of the condition that says all this. */
    public static final String CONDITION = "AuthReady";

    private static final String ENABLED = "callers are asked who they are";

    private final AuthApi members;
    private final AuthCaller caller;
    private final PasswordProofs proofs;
    private final Passwords passwords;

    /** Calls {@code members}, and reads and makes secrets by {@code kubernetes}. */
    public RootKeeper(KubernetesClient kubernetes, AuthApi members) {
        this.members = members;
        this.caller = new AuthCaller(members);
        this.proofs = new PasswordProofs(members);
        this.passwords = new Passwords(kubernetes);
    }

    /**
     * Does what is next, and says how things are then; empty for a cluster without users.
     *
     * @param change whether anything may be changed
     * @param idle whether nothing else is to be done in the cluster
     */
    public Optional<RootVerdict> keep(Seen seen, boolean change, boolean idle) {
        Auth auth = seen.cluster().getSpec().auth();
        if (auth == null || auth.mode() != Auth.Mode.PASSWORD) {
            return Optional.empty();
        }
        Endpoint endpoint = seen.voter().orElse(null);
        if (endpoint == null || endpoint.identity() == null) {
            return Optional.of(verdict(null, "ClusterUnavailable", "no member can be asked about users"));
        }
        try {
            return Optional.of(keep(seen, auth, endpoint, change, idle && current(seen)));
        } catch (MemberCallException e) {
            return Optional.of(verdict(false, "CallFailed", "it is tried again: " + e.summary()));
        }
    }

    private RootVerdict keep(Seen seen, Auth auth, Endpoint endpoint, boolean change, boolean idle) {
        EtcdCluster cluster = seen.cluster();
        AuthStatus status = members.status(endpoint);
        Passwords.Read read = auth.rootPasswordSecretRef() == null
                ? passwords.generated(
                        cluster,
                        cluster.getMetadata().getName(),
                        Names.root(cluster.getMetadata().getName()),
                        RootPlan.ROOT,
                        change)
                : passwords.given(cluster, auth.rootPasswordSecretRef().name(), Passwords.KEY);
        return switch (read) {
            case Passwords.Wrong wrong -> verdict(false, "SecretInvalid", wrong.why());
            case Passwords.Found password
            when status.enabled() -> keepPassword(cluster, endpoint, status, password, change);
            case Passwords.Found password when change && idle -> begin(cluster, endpoint, password);
            case Passwords.Found _ ->
                verdict(null, "Enabling", "callers are asked who they are once nothing else is to be done");
        };
    }

    private RootVerdict begin(EtcdCluster cluster, Endpoint endpoint, Passwords.Found password) {
        List<AuthCall> calls = RootPlan.prepare(members.roles(endpoint), root(endpoint));
        caller.carryOut(endpoint, calls, password.value());
        if (!RootPlan.works(members.roles(endpoint), root(endpoint))) {
            return verdict(null, "Enabling", "user root isn't as it was just made: somebody else changes it");
        }
        members.enable(endpoint);
        boolean before = cluster.getStatus().conditions().stream()
                .anyMatch(condition -> CONDITION.equals(condition.getType()) && "True".equals(condition.getStatus()));
        return new RootVerdict(
                true,
                "Enabled",
                ENABLED,
                before
                        ? List.of(new News(
                                true, "AuthPutBack", "somebody let callers in without a name: they are asked again"))
                        : List.of());
    }

    private RootVerdict keepPassword(
            EtcdCluster cluster, Endpoint endpoint, AuthStatus status, Passwords.Found password, boolean change) {
        PasswordCheck check = proofs.check(
                cluster.getMetadata().getUid(), endpoint, status, RootPlan.ROOT, password.value(), password.version());
        List<AuthCall> calls = change ? RootPlan.keep(check) : List.of();
        caller.carryOut(endpoint, calls, password.value());
        return new RootVerdict(
                true,
                "Enabled",
                ENABLED,
                calls.isEmpty()
                        ? List.of()
                        : List.of(new News(false, "RootPasswordSet", "user root has the password of its secret")));
    }

    /** Forgets a cluster that is gone. */
    public void forget(String uid) {
        proofs.forget(uid);
    }

    private @Nullable Set<String> root(Endpoint endpoint) {
        return members.user(endpoint, RootPlan.ROOT).orElse(null);
    }

    /** Whether every member runs with the wanted settings, and so asks for certificates. */
    private static boolean current(Seen seen) {
        String wanted = seen.observation().wanted().templateHash();
        return seen.observation().members().stream()
                .map(MemberView::pod)
                .allMatch(pod -> pod != null && wanted.equals(pod.templateHash()));
    }

    private static RootVerdict verdict(@Nullable Boolean ready, String reason, String message) {
        return new RootVerdict(ready, reason, message, List.of());
    }
}
