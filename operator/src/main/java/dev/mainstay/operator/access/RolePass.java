package dev.mainstay.operator.access;

import dev.mainstay.api.v1alpha1.DeletionPolicy;
import dev.mainstay.api.v1alpha1.EtcdRole;
import dev.mainstay.api.v1alpha1.EtcdRoleSpec;
import dev.mainstay.operator.access.act.AuthCaller;
import dev.mainstay.operator.access.plan.AuthCall;
import dev.mainstay.operator.access.plan.RolePlan;
import dev.mainstay.operator.access.plan.RootPlan;
import dev.mainstay.operator.cluster.desired.Claims;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.member.Permission;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One look at one role: whether the cluster has it as wanted, and what is to be done if not. */
public final class RolePass {

    private final AccessMeans means;
    private final AuthCaller caller;
    private final Reports reports;

    /** Works with these. */
    public RolePass(AccessMeans means) {
        this.means = means;
        this.caller = new AuthCaller(means.members());
        this.reports = new Reports(means);
    }

    /** Does what is to be done, and says whether the role is as wanted; false asks to look again soon. */
    public boolean run(String namespace, String name) {
        EtcdRole role = role(namespace, name);
        if (role == null || role.getMetadata().getDeletionTimestamp() != null) {
            return true;
        }
        Verdict verdict = verdict(role);
        reports.report(role, verdict, null);
        return Boolean.TRUE.equals(verdict.ready());
    }

    /** Removes the role from the cluster if that is wanted, and says whether its object can go. */
    public boolean cleanup(String namespace, String name) {
        EtcdRole role = role(namespace, name);
        if (role == null || role.getSpec().deletionPolicy() != DeletionPolicy.DELETE || !Reports.owned(role)) {
            return true;
        }
        switch (Door.of(
                means.kubernetes(), namespace, role.getSpec().clusterRef().name())) {
            case Door.Gone _ -> {}
            case Door.Closed closed -> {
                reports.report(role, held(closed.why()), null);
                return false;
            }
            case Door.Open open -> {
                try {
                    String roleName = Claims.roleName(role);
                    if (means.members().role(open.endpoint(), roleName).isPresent()) {
                        means.members().deleteRole(open.endpoint(), roleName);
                    }
                } catch (MemberCallException e) {
                    reports.report(role, held(e.summary()), null);
                    return false;
                }
            }
        }
        return true;
    }

    private static Verdict held(String why) {
        return Verdict.no(
                "Deleting",
                "the cluster still has the role (" + why + "): it is tried again, or set deletionPolicy to Retain");
    }

    private @Nullable EtcdRole role(String namespace, String name) {
        return means.kubernetes()
                .resources(EtcdRole.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    private Verdict verdict(EtcdRole role) {
        EtcdRoleSpec spec = role.getSpec();
        String roleName = Claims.roleName(role);
        String namespace = role.getMetadata().getNamespace();
        if (roleName.equals(RootPlan.ROOT)) {
            return Verdict.no("Conflict", "the role root belongs to the cluster: choose another roleName");
        }
        String first = Claims.role(
                        means.kubernetes()
                                .resources(EtcdRole.class)
                                .inNamespace(namespace)
                                .list()
                                .getItems(),
                        spec.clusterRef().name(),
                        roleName)
                .map(other -> other.getMetadata().getName())
                .orElse("");
        if (!first.equals(role.getMetadata().getName())) {
            return Verdict.no(
                    "Conflict",
                    "the EtcdRole " + first + " is for role " + roleName + " already: delete one of the two");
        }
        List<Permission> wanted;
        try {
            wanted = Permissions.of(spec);
        } catch (IllegalArgumentException e) {
            return Verdict.no("InvalidSpec", String.valueOf(e.getMessage()));
        }
        return switch (Door.of(means.kubernetes(), namespace, spec.clusterRef().name())) {
            case Door.Gone gone -> Verdict.no("ClusterMissing", gone.why());
            case Door.Closed closed -> Verdict.no(closed.reason(), closed.why());
            case Door.Open open -> {
                try {
                    yield keep(role, roleName, wanted, open.endpoint());
                } catch (MemberCallException e) {
                    yield Verdict.no("CallFailed", "it is tried again: " + e.summary());
                }
            }
        };
    }

    private Verdict keep(EtcdRole role, String roleName, List<Permission> wanted, Endpoint endpoint) {
        boolean enabled = means.members().status(endpoint).enabled();
        Optional<List<Permission>> found = means.members().role(endpoint, roleName);
        if (!Reports.owned(role)) {
            if (found.isPresent() && !Reports.adopts(role)) {
                return Verdict.no(
                        "Conflict",
                        "the cluster has a role " + roleName + " that no EtcdRole made: delete it there, or set"
                                + " annotation mainstay.dev/adopt to \"true\" to take it over");
            }
            reports.own(role);
        }
        List<AuthCall> calls = RolePlan.calls(roleName, wanted, found.orElse(null));
        caller.carryOut(endpoint, calls, null);
        reports.tell(role, calls, false);
        return Verdict.synced(enabled);
    }
}
