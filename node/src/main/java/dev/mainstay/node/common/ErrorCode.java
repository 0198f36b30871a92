package dev.mainstay.node.common;

/** Every refusal a client can meet, with the gRPC status and the exact text that etcd sends for it. */
public enum ErrorCode {
    EMPTY_KEY(Status.INVALID_ARGUMENT, "etcdserver: key is not provided"),
    KEY_NOT_FOUND(Status.INVALID_ARGUMENT, "etcdserver: key not found"),
    VALUE_PROVIDED(Status.INVALID_ARGUMENT, "etcdserver: value is provided"),
    LEASE_PROVIDED(Status.INVALID_ARGUMENT, "etcdserver: lease is provided"),
    TOO_MANY_OPS(Status.INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
    DUPLICATE_KEY(Status.INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
    INVALID_CLIENT_API_VERSION(Status.INVALID_ARGUMENT, "etcdserver: invalid client api version"),
    INVALID_SORT_OPTION(Status.INVALID_ARGUMENT, "etcdserver: invalid sort option"),
    COMPACTED(Status.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
    FUTURE_REVISION(Status.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
    NO_SPACE(Status.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
    LEASE_NOT_FOUND(Status.NOT_FOUND, "etcdserver: requested lease not found"),
    LEASE_EXISTS(Status.FAILED_PRECONDITION, "etcdserver: lease already exists"),
    LEASE_TTL_TOO_LARGE(Status.OUT_OF_RANGE, "etcdserver: too large lease TTL"),
    WATCH_CANCELED(Status.CANCELLED, "etcdserver: watch canceled"),
    MEMBER_EXISTS(Status.FAILED_PRECONDITION, "etcdserver: member ID already exist"),
    PEER_URL_EXISTS(Status.FAILED_PRECONDITION, "etcdserver: Peer URLs already exists"),
    /** Declared by etcd as a failed precondition, but sent without that. */
    NOT_ENOUGH_STARTED(Status.UNKNOWN, "etcdserver: re-configuration failed due to not enough started members"),
    MEMBER_BAD_URLS(Status.INVALID_ARGUMENT, "etcdserver: given member URLs are invalid"),
    MEMBER_NOT_FOUND(Status.NOT_FOUND, "etcdserver: member not found"),
    MEMBER_NOT_LEARNER(Status.FAILED_PRECONDITION, "etcdserver: can only promote a learner member"),
    LEARNER_NOT_READY(
            Status.FAILED_PRECONDITION, "etcdserver: can only promote a learner member which is in sync with leader"),
    TOO_MANY_LEARNERS(Status.FAILED_PRECONDITION, "etcdserver: too many learner members in cluster"),
    REQUEST_TOO_LARGE(Status.INVALID_ARGUMENT, "etcdserver: request is too large"),
    TOO_MANY_REQUESTS(Status.RESOURCE_EXHAUSTED, "etcdserver: too many requests"),
    NO_LEADER(Status.UNAVAILABLE, "etcdserver: no leader"),
    NOT_LEADER(Status.FAILED_PRECONDITION, "etcdserver: not leader"),
    LEADER_CHANGED(Status.UNAVAILABLE, "etcdserver: leader changed"),
    BAD_LEADER_TRANSFEREE(Status.FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
    LEADER_TRANSFER_TIMEOUT(Status.UNKNOWN, "etcdserver: request timed out, leader transfer took too long"),
    UNHEALTHY(Status.UNAVAILABLE, "etcdserver: unhealthy cluster"),
    STOPPED(Status.UNAVAILABLE, "etcdserver: server stopped"),
    TIMEOUT(Status.UNAVAILABLE, "etcdserver: request timed out"),
    TIMEOUT_LEADER_FAILED(Status.UNAVAILABLE, "etcdserver: request timed out, possibly due to previous leader failure"),
    TIMEOUT_CONNECTION_LOST(Status.UNAVAILABLE, "etcdserver: request timed out, possibly due to connection lost"),
    TIMEOUT_APPLYING(Status.UNAVAILABLE, "etcdserver: request timed out, waiting for the applied index took too long"),
    /** What gRPC says of a deadline; etcd's answer to a proposal that there was never a leader for. */
    DEADLINE_EXCEEDED(Status.DEADLINE_EXCEEDED, "context deadline exceeded"),
    ROOT_USER_MISSING(Status.FAILED_PRECONDITION, "etcdserver: root user does not exist"),
    ROOT_ROLE_MISSING(Status.FAILED_PRECONDITION, "etcdserver: root user does not have root role"),
    USER_EXISTS(Status.FAILED_PRECONDITION, "etcdserver: user name already exists"),
    USER_EMPTY(Status.INVALID_ARGUMENT, "etcdserver: user name is empty"),
    USER_NOT_FOUND(Status.FAILED_PRECONDITION, "etcdserver: user name not found"),
    ROLE_EXISTS(Status.FAILED_PRECONDITION, "etcdserver: role name already exists"),
    ROLE_NOT_FOUND(Status.FAILED_PRECONDITION, "etcdserver: role name not found"),
    ROLE_EMPTY(Status.INVALID_ARGUMENT, "etcdserver: role name is empty"),
    AUTH_FAILED(Status.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password"),
    /** Not in etcd's list of errors, so it sends it without a code. */
    NO_PASSWORD_USER(Status.UNKNOWN, "auth: authentication failed, password was given for no password user"),
    /** Go's own text for what bcrypt doesn't look at. */
    PASSWORD_TOO_LONG(Status.UNKNOWN, "bcrypt: password length exceeds 72 bytes"),
    /** What etcd says where only the key to check tokens is configured. */
    TOKENS_NOT_MADE(Status.UNKNOWN, "auth: verify only"),
    PERMISSION_NOT_GIVEN(Status.INVALID_ARGUMENT, "etcdserver: permission not given"),
    PERMISSION_DENIED(Status.PERMISSION_DENIED, "etcdserver: permission denied"),
    ROLE_NOT_GRANTED(Status.FAILED_PRECONDITION, "etcdserver: role is not granted to the user"),
    PERMISSION_NOT_GRANTED(Status.FAILED_PRECONDITION, "etcdserver: permission is not granted to the role"),
    AUTH_NOT_ENABLED(Status.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"),
    INVALID_AUTH_TOKEN(Status.UNAUTHENTICATED, "etcdserver: invalid auth token"),
    INVALID_AUTH_MANAGEMENT(Status.INVALID_ARGUMENT, "etcdserver: invalid auth management"),
    AUTH_OLD_REVISION(Status.INVALID_ARGUMENT, "etcdserver: revision of auth store is old"),
    CORRUPT(Status.DATA_LOSS, "etcdserver: corrupt cluster"),
    /** Not one of etcd's, where a member with wrong data serves it. A client may call another member. */
    MEMBER_CORRUPT(
            Status.UNAVAILABLE,
            "etcdserver: corrupt member: its data differ from the cluster's, so it serves none (alarm CORRUPT)"),
    NOT_SUPPORTED_FOR_LEARNER(Status.FAILED_PRECONDITION, "etcdserver: rpc not supported for learner"),
    /** Not one of etcd's, which sends any answer the memory holds: ours would be the end of a small process. */
    RANGE_TOO_LARGE(
            Status.RESOURCE_EXHAUSTED,
            "etcdserver: range is too large for one answer, read it in pages (limit) or with RangeStream"),
    /** These are not etcd's, which can't be migrated to. A client may come back, or read meanwhile. */
    MIGRATING(
            Status.UNAVAILABLE,
            "etcdserver: this cluster follows another one (mainstay migrate), so nothing is written until that is finished"),
    MIGRATION_LOADING(
            Status.UNAVAILABLE,
            "etcdserver: this cluster is taking another one's state over (mainstay migrate), so there is nothing to read yet"),
    MIGRATION_ABORTED(
            Status.FAILED_PRECONDITION,
            "etcdserver: a migration into this cluster was given up; stop its members, empty their data directories, and start anew"),
    MIGRATION_NOT_EMPTY(
            Status.FAILED_PRECONDITION,
            "etcdserver: this cluster is not a new one: it holds, or held, keys, leases, users or roles, and a migration needs an empty one"),
    MIGRATION_UNKNOWN(Status.FAILED_PRECONDITION, "etcdserver: no such migration is under way"),
    MIGRATION_FINISHED(Status.FAILED_PRECONDITION, "etcdserver: the migration is finished"),
    MIGRATION_OUT_OF_ORDER(Status.OUT_OF_RANGE, "etcdserver: this is not the next step of the migration"),
    MIGRATION_DIVERGED(
            Status.DATA_LOSS,
            "etcdserver: what came doesn't fit to what is here, so the migration is given up; empty this cluster and start anew"),
    WRONG_DOWNGRADE_VERSION(Status.INVALID_ARGUMENT, "etcdserver: wrong downgrade target version format"),
    INVALID_DOWNGRADE_TARGET(Status.INVALID_ARGUMENT, "etcdserver: invalid downgrade target version"),
    NO_DOWNGRADE(Status.FAILED_PRECONDITION, "etcdserver: no inflight downgrade job"),
    UNKNOWN_METHOD(Status.UNKNOWN, "etcdserver: unknown method"),
    RANGE_STREAM_SORT(Status.UNIMPLEMENTED, "RangeStream does not support custom sort orders"),
    RANGE_STREAM_FILTER(Status.UNIMPLEMENTED, "RangeStream does not support revision filters");

    private final Status status;
    private final String message;

    ErrorCode(Status status, String message) {
        this.status = status;
        this.message = message;
    }

    public Status status() {
        return status;
    }

    /** The text a client compares with; never changed. */
    public String message() {
        return message;
    }

    /** The gRPC status codes that refusals use, by gRPC's own names. */
    public enum Status {
        CANCELLED,
        UNKNOWN,
        INVALID_ARGUMENT,
        DEADLINE_EXCEEDED,
        NOT_FOUND,
        PERMISSION_DENIED,
        RESOURCE_EXHAUSTED,
        FAILED_PRECONDITION,
        OUT_OF_RANGE,
        UNIMPLEMENTED,
        UNAVAILABLE,
        DATA_LOSS,
        UNAUTHENTICATED
    }
}
