package dev.mainstay.e2e.differential;

import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import java.util.stream.Stream;

/** How far a call goes beyond the member that is asked, by etcd's rules. */
enum Reach {
    /** Answered from the member's own state, which may be behind. */
    LOCAL,
    /** Answered once the member has applied all that was answered anywhere. */
    LINEARIZABLE,
    /** Goes through the log, unless a check refuses it. */
    LOG;

    static Reach of(StepKind kind, Message request) {
        return switch (kind) {
            case PUT, DELETE, COMPACT, GRANT, GRANT_AND_REVOKE, REVOKE -> LOG;
            case TXN -> of((TxnRequest) request);
            case RANGE -> local(((RangeRequest) request).getSerializable());
            case MEMBER_LIST -> local(!((MemberListRequest) request).getLinearizable());
            case ALARM -> ((AlarmRequest) request).getAction() == AlarmRequest.AlarmAction.GET ? LOCAL : LOG;
            // The leader is asked for a lease's time, but the answer's revision is the member's own.
            case TIME_TO_LIVE, KEEP_ALIVE -> LOCAL;
            case MEMBER_ADD, MEMBER_REMOVE, MEMBER_UPDATE, MEMBER_PROMOTE, MOVE_LEADER, DOWNGRADE -> LOG;
            case AUTH_ENABLE, AUTH_DISABLE, AUTHENTICATE, USER_ADD, USER_DELETE, USER_CHANGE_PASSWORD -> LOG;
            case USER_GRANT_ROLE, USER_REVOKE_ROLE, ROLE_ADD, ROLE_DELETE -> LOG;
            case ROLE_GRANT_PERMISSION, ROLE_REVOKE_PERMISSION -> LOG;
            case LOCK, LOCK_AND_UNLOCK, UNLOCK, CAMPAIGN, CAMPAIGN_AND_RESIGN, PROCLAIM, RESIGN, CANCEL, EXPIRE -> LOG;
            // etcd puts even its questions about users and roles into the log.
            case AUTH_STATUS, USER_GET, USER_LIST, ROLE_GET, ROLE_LIST -> LOG;
            case LEADER, OBSERVE -> LINEARIZABLE;
            case LEASES, STATUS, HASH, HASH_KV, HASH_ALL, DEFRAGMENT, WATCH, WATCH_CLOSE, WATCH_SYNC -> LOCAL;
        };
    }

    /** etcd takes a transaction that only reads out of the log, and one with nothing but serializable ranges off the barrier. */
    private static Reach of(TxnRequest txn) {
        if (operations(txn).anyMatch(operation -> !operation.hasRequestRange())) {
            return LOG;
        }
        return local(operations(txn)
                .allMatch(operation -> operation.getRequestRange().getSerializable()));
    }

    private static Stream<RequestOp> operations(TxnRequest txn) {
        return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream());
    }

    private static Reach local(boolean local) {
        return local ? LOCAL : LINEARIZABLE;
    }
}
