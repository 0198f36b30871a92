package dev.mainstay.node.etcdformat;

import dev.mainstay.node.common.Bytes;
import java.util.List;

/** The buckets of etcd's database and the keys of those with a fixed few. After etcd's {@code server/storage/schema}. */
public final class EtcdBuckets {

    public static final Bytes ALARM = Bytes.utf8("alarm");
    public static final Bytes AUTH = Bytes.utf8("auth");
    public static final Bytes AUTH_ROLES = Bytes.utf8("authRoles");
    public static final Bytes AUTH_USERS = Bytes.utf8("authUsers");
    public static final Bytes CLUSTER = Bytes.utf8("cluster");
    public static final Bytes KEY = Bytes.utf8("key");
    public static final Bytes LEASE = Bytes.utf8("lease");
    public static final Bytes MEMBERS = Bytes.utf8("members");
    public static final Bytes MEMBERS_REMOVED = Bytes.utf8("members_removed");
    public static final Bytes META = Bytes.utf8("meta");

    /** All of them, ascending. */
    public static final List<Bytes> ALL =
            List.of(ALARM, AUTH, AUTH_ROLES, AUTH_USERS, CLUSTER, KEY, LEASE, MEMBERS, MEMBERS_REMOVED, META);

    /** In {@link #AUTH}: one byte, 1 if authentication is on. */
    public static final Bytes AUTH_ENABLED = Bytes.utf8("authEnabled");

    /** In {@link #AUTH}: eight bytes. */
    public static final Bytes AUTH_REVISION = Bytes.utf8("authRevision");

    /** In {@link #META}: who votes, as JSON. */
    public static final Bytes CONF_STATE = Bytes.utf8("confState");

    /** In {@link #META}: the index of the last applied log entry, eight bytes. */
    public static final Bytes CONSISTENT_INDEX = Bytes.utf8("consistent_index");

    /** In {@link #META}: the compact revision whose removal is done. */
    public static final Bytes FINISHED_COMPACT = Bytes.utf8("finishedCompactRev");

    /** In {@link #META}: the compact revision. */
    public static final Bytes SCHEDULED_COMPACT = Bytes.utf8("scheduledCompactRev");

    /** In {@link #META}: the version whose rules the database follows; from 3.6 on. */
    public static final Bytes STORAGE_VERSION = Bytes.utf8("storageVersion");

    /** In {@link #META}: the term of the last applied log entry, eight bytes. */
    public static final Bytes TERM = Bytes.utf8("term");

    private EtcdBuckets() {}
}
