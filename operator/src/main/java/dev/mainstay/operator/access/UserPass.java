package dev.mainstay.operator.access;

import dev.mainstay.api.v1alpha1.DeletionPolicy;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.api.v1alpha1.EtcdUserSpec;
import dev.mainstay.api.v1alpha1.KeyRef;
import dev.mainstay.operator.access.act.AuthCaller;
import dev.mainstay.operator.access.act.PasswordProofs;
import dev.mainstay.operator.access.act.Passwords;
import dev.mainstay.operator.access.plan.AuthCall;
import dev.mainstay.operator.access.plan.FoundUser;
import dev.mainstay.operator.access.plan.UserPlan;
import dev.mainstay.operator.access.plan.WantedUser;
import dev.mainstay.operator.cluster.certificates.CertificateHolder;
import dev.mainstay.operator.cluster.desired.Claims;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.member.AuthApi.AuthStatus;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberCallException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One look at one user: whether the cluster has it as wanted, and what is to be done if not. */
public final class UserPass {

    private final AccessMeans means;
    private final AuthCaller caller;
    private final PasswordProofs proofs;
    private final Passwords passwords;
    private final Reports reports;
    private final UserCertificate certificate;

    /** Works with these. */
    public UserPass(AccessMeans means) {
        this.means = means;
        this.caller = new AuthCaller(means.members());
        this.proofs = new PasswordProofs(means.members());
        this.passwords = new Passwords(means.kubernetes());
        this.reports = new Reports(means);
        this.certificate = new UserCertificate(means.kubernetes());
    }

    /** Does what is to be done, and says whether the user is as wanted; false asks to look again soon. */
    public boolean run(String namespace, String name) {
        EtcdUser user = user(namespace, name);
        if (user == null || user.getMetadata().getDeletionTimestamp() != null) {
            return true;
        }
        Outcome outcome = outcome(user);
        reports.report(user, outcome.verdict(), outcome.secretVersion());
        return Boolean.TRUE.equals(outcome.verdict().ready());
    }

    /** Removes the user from the cluster if that is wanted, and says whether its object can go. */
    public boolean cleanup(String namespace, String name) {
        EtcdUser user = user(namespace, name);
        if (user == null) {
            return true;
        }
        EtcdUserSpec spec = user.getSpec();
        if (spec.deletionPolicy() == DeletionPolicy.DELETE && Reports.owned(user)) {
            switch (Door.of(means.kubernetes(), namespace, spec.clusterRef().name())) {
                case Door.Gone _ -> {}
                case Door.Closed closed -> {
                    reports.report(
                            user, held(closed.why()), Reports.status(user).secretVersion());
                    return false;
                }
                case Door.Open open -> {
                    try {
                        if (means.members()
                                .user(open.endpoint(), spec.userName())
                                .isPresent()) {
                            means.members().deleteUser(open.endpoint(), spec.userName());
                        }
                    } catch (MemberCallException e) {
                        reports.report(
                                user, held(e.summary()), Reports.status(user).secretVersion());
                        return false;
                    }
                }
            }
        }
        proofs.forget(user.getMetadata().getUid());
        return true;
    }

    private static Verdict held(String why) {
        return Verdict.no(
                "Deleting",
                "the cluster still has the user (" + why + "): it is tried again, or set deletionPolicy to Retain");
    }

    private @Nullable EtcdUser user(String namespace, String name) {
        return means.kubernetes()
                .resources(EtcdUser.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    private record Outcome(Verdict verdict, @Nullable String secretVersion) {}

    private Outcome outcome(EtcdUser user) {
        String secretVersion = Reports.status(user).secretVersion();
        EtcdUserSpec spec = user.getSpec();
        String namespace = user.getMetadata().getNamespace();
        if (CertificateHolder.reserved(spec.userName())) {
            return new Outcome(
                    Verdict.no("Conflict", spec.userName() + " belongs to the cluster: choose another userName"),
                    secretVersion);
        }
        List<EtcdUser> all = means.kubernetes()
                .resources(EtcdUser.class)
                .inNamespace(namespace)
                .list()
                .getItems();
        String first = Claims.user(all, spec.clusterRef().name(), spec.userName())
                .map(other -> other.getMetadata().getName())
                .orElse("");
        if (!first.equals(user.getMetadata().getName())) {
            return new Outcome(
                    Verdict.no(
                            "Conflict",
                            "the EtcdUser " + first + " is for user " + spec.userName() + " already: delete one of the"
                                    + " two"),
                    secretVersion);
        }
        return switch (Door.of(means.kubernetes(), namespace, spec.clusterRef().name())) {
            case Door.Gone gone -> new Outcome(Verdict.no("ClusterMissing", gone.why()), secretVersion);
            case Door.Closed closed -> new Outcome(Verdict.no(closed.reason(), closed.why()), secretVersion);
            case Door.Open open -> {
                try {
                    yield keep(user, open, all);
                } catch (MemberCallException e) {
                    yield new Outcome(Verdict.no("CallFailed", "it is tried again: " + e.summary()), secretVersion);
                }
            }
        };
    }

    private Outcome keep(EtcdUser user, Door.Open open, List<EtcdUser> all) {
        EtcdUserSpec spec = user.getSpec();
        String known = Reports.status(user).secretVersion();
        boolean wantsPassword = spec.authentication() == EtcdUserSpec.Authentication.PASSWORD;
        Passwords.Found password = null;
        if (wantsPassword) {
            switch (password(user, open.cluster())) {
                case Passwords.Wrong wrong -> {
                    return new Outcome(Verdict.no("SecretInvalid", wrong.why()), known);
                }
                case Passwords.Found found -> password = found;
            }
        }
        Endpoint endpoint = open.endpoint();
        AuthStatus status = means.members().status(endpoint);
        Optional<Set<String>> roles = means.members().user(endpoint, spec.userName());
        if (!Reports.owned(user)) {
            if (roles.isPresent() && !Reports.adopts(user)) {
                return new Outcome(
                        Verdict.no(
                                "Conflict",
                                "the cluster has a user " + spec.userName() + " that no EtcdUser made: delete it there,"
                                        + " or set annotation mainstay.dev/adopt to \"true\" to take it over"),
                        known);
            }
            reports.own(user);
        }
        String value = password == null ? "" : password.value();
        String version = password == null ? "" : password.version();
        FoundUser found = roles.map(has -> new FoundUser(
                        has,
                        proofs.check(user.getMetadata().getUid(), endpoint, status, spec.userName(), value, version)))
                .orElse(null);
        boolean passwordChanged = wantsPassword && !version.equals(known);
        WantedUser wanted = new WantedUser(
                spec.userName(),
                wantsPassword,
                wantsPassword != (known != null),
                passwordChanged,
                new TreeSet<>(spec.roles()));
        Set<String> existing = means.members().roles(endpoint);
        List<AuthCall> calls = UserPlan.calls(wanted, found, existing);
        caller.carryOut(endpoint, calls, password == null ? null : value);
        reports.tell(user, calls, passwordChanged);
        Set<String> missing = UserPlan.missing(wanted, existing);
        Verdict verdict = missing.isEmpty()
                ? certificate.verdict(user, open.cluster(), all).orElse(Verdict.synced(status.enabled()))
                : Verdict.no(
                        "RoleMissing",
                        "there are no such roles in the cluster: " + String.join(", ", missing)
                                + "; make an EtcdRole for each, or correct spec.roles");
        return new Outcome(verdict, wantsPassword ? version : null);
    }

    private Passwords.Read password(EtcdUser user, EtcdCluster cluster) {
        KeyRef ref = user.getSpec().passwordSecretRef();
        return ref == null
                ? passwords.generated(
                        user,
                        cluster.getMetadata().getName(),
                        Names.password(user.getMetadata().getName()),
                        user.getSpec().userName(),
                        true)
                : passwords.given(user, ref.name(), Objects.requireNonNullElse(ref.key(), Passwords.KEY));
    }
}
