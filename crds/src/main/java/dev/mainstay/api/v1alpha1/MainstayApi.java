package dev.mainstay.api.v1alpha1;

/** Names that belong to the API: group, version, labels, annotations, finalizers. */
public final class MainstayApi {

    /** The API group. */
    public static final String GROUP = "mainstay.dev";

    /** The only version so far. */
    public static final String VERSION = "v1alpha1";

    /** On all that belongs to a cluster: the cluster's name. */
    public static final String CLUSTER_LABEL = GROUP + "/cluster";

    /** On all that belongs to one member: the member's name. */
    public static final String MEMBER_LABEL = GROUP + "/member";

    /** On pods of voters and learners: {@code Voter} or {@code Learner}; the disruption budget counts voters. */
    public static final String ROLE_LABEL = GROUP + "/role";

    /** On pods: the hash of the template that the pod was made from. */
    public static final String TEMPLATE_HASH = GROUP + "/template-hash";

    /** On a cluster: the incarnation that a person lets the operator recover to after the loss of the quorum. */
    public static final String APPROVE_RECOVERY = GROUP + "/approve-recovery";

    /** Finalizer of a member: it leaves the cluster's member list before its object goes. */
    public static final String LEAVE_FINALIZER = GROUP + "/leave";

    /** On a user or role: {@code true} takes over what the cluster has under its name already. */
    public static final String ADOPT = GROUP + "/adopt";

    /** Finalizer of users and roles: they go from the cluster before their object does. */
    public static final String ACCESS_FINALIZER = GROUP + "/access";

    private MainstayApi() {}
}
