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

    /** On pods that were made otherwise than their template says, as another version of the operator made that: the hash of how they were made. */
    public static final String RENDERED_HASH = GROUP + "/rendered-hash";

    /** On a cluster: the revision of the pods' template that a person lets its members take. */
    public static final String ADOPT_TEMPLATE = GROUP + "/adopt-template-revision";

    /** On pods of members that archive: the hash of the template without that. */
    public static final String TEMPLATE_BASE_HASH = GROUP + "/template-base-hash";

    /** On pods of members that archive: the hash of what the archive adds to the template. */
    public static final String ARCHIVE_HASH = GROUP + "/archive-hash";

    /** On a cluster: the incarnation that a person lets the operator recover to after the loss of the quorum. */
    public static final String APPROVE_RECOVERY = GROUP + "/approve-recovery";

    /** On the pod of a member that a cluster is begun anew with: the incarnation that begins. */
    public static final String BEGINS_ANEW = GROUP + "/begins-incarnation";

    /** On volumes of members that a recovery left out: until when they are kept, {@code yyyyMMddTHHmmssZ}. */
    public static final String QUARANTINE_LABEL = GROUP + "/quarantined-until";

    /** On a cluster that takes over another's data: {@code true} lets that one be left as soon as nobody writes to it. */
    public static final String CUT_OVER = GROUP + "/cut-over";

    /** Condition of an {@code EtcdCluster}: whether it has left the cluster whose data it took over. */
    public static final String MIGRATED = "Migrated";

    /** On pods of jobs that back up, prove and restore: the job's name. */
    public static final String TASK_LABEL = GROUP + "/task";

    /** On pods of jobs that call a cluster's members: the cluster's name. Not {@link #CLUSTER_LABEL}, which says that a pod is a member. */
    public static final String CALLER_LABEL = GROUP + "/caller-of";

    /** On backups: the schedule that they were taken by. */
    public static final String SCHEDULE_LABEL = GROUP + "/schedule";

    /** On backups: the time of the schedule that they were taken at, RFC 3339. */
    public static final String SCHEDULED_TIME = GROUP + "/scheduled-time";

    /** Finalizer of a backup: what is in the store goes before its object does. */
    public static final String BACKUP_FINALIZER = GROUP + "/backup";

    /** Finalizer of a member: it leaves the cluster's member list before its object goes. */
    public static final String LEAVE_FINALIZER = GROUP + "/leave";

    /** On a user or role: {@code true} takes over what the cluster has under its name already. */
    public static final String ADOPT = GROUP + "/adopt";

    /** On events: the trace of the operation that they are a part of. */
    public static final String TRACE_ID = GROUP + "/trace-id";

    /** Finalizer of users and roles: they go from the cluster before their object does. */
    public static final String ACCESS_FINALIZER = GROUP + "/access";

    private MainstayApi() {}
}
