package dev.mainstay.e2e.differential;

import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AuthDisableRequest;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthRoleAddRequest;
import dev.mainstay.etcd.proto.AuthRoleDeleteRequest;
import dev.mainstay.etcd.proto.AuthRoleGetRequest;
import dev.mainstay.etcd.proto.AuthRoleGrantPermissionRequest;
import dev.mainstay.etcd.proto.AuthRoleListRequest;
import dev.mainstay.etcd.proto.AuthRoleRevokePermissionRequest;
import dev.mainstay.etcd.proto.AuthStatusRequest;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserChangePasswordRequest;
import dev.mainstay.etcd.proto.AuthUserDeleteRequest;
import dev.mainstay.etcd.proto.AuthUserGetRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.AuthUserListRequest;
import dev.mainstay.etcd.proto.AuthUserRevokeRoleRequest;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.DowngradeRequest;
import dev.mainstay.etcd.proto.ElectionGrpc;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashRequest;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LockGrpc;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberPromoteRequest;
import dev.mainstay.etcd.proto.MemberRemoveRequest;
import dev.mainstay.etcd.proto.MemberUpdateRequest;
import dev.mainstay.etcd.proto.MoveLeaderRequest;
import dev.mainstay.etcd.proto.ProclaimRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.UnlockRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/** What a step can be: one unary call, or an action on a stream. */
public enum StepKind {
    /** KV.Range. */
    RANGE(RangeRequest.getDefaultInstance(), KVGrpc.getRangeMethod()),
    /** KV.Put. */
    PUT(PutRequest.getDefaultInstance(), KVGrpc.getPutMethod()),
    /** KV.DeleteRange. */
    DELETE(DeleteRangeRequest.getDefaultInstance(), KVGrpc.getDeleteRangeMethod()),
    /** KV.Txn. */
    TXN(TxnRequest.getDefaultInstance(), KVGrpc.getTxnMethod()),
    /** KV.Compact. */
    COMPACT(CompactionRequest.getDefaultInstance(), KVGrpc.getCompactMethod()),
    /** Lease.LeaseGrant. */
    GRANT(LeaseGrantRequest.getDefaultInstance(), LeaseGrpc.getLeaseGrantMethod()),
    /** Lease.LeaseGrant whose lease is revoked at once, for TTLs that would expire during the run and ids we can't know. */
    GRANT_AND_REVOKE(LeaseGrantRequest.getDefaultInstance(), LeaseGrpc.getLeaseGrantMethod()),
    /** Lease.LeaseRevoke. */
    REVOKE(LeaseRevokeRequest.getDefaultInstance(), LeaseGrpc.getLeaseRevokeMethod()),
    /** Lease.LeaseTimeToLive. */
    TIME_TO_LIVE(LeaseTimeToLiveRequest.getDefaultInstance(), LeaseGrpc.getLeaseTimeToLiveMethod()),
    /** Lease.LeaseLeases. */
    LEASES(LeaseLeasesRequest.getDefaultInstance(), LeaseGrpc.getLeaseLeasesMethod()),
    /** One request and one answer on a Lease.LeaseKeepAlive stream of its own. */
    KEEP_ALIVE(LeaseKeepAliveRequest.getDefaultInstance(), LeaseGrpc.getLeaseKeepAliveMethod()),
    /** Maintenance.Alarm. */
    ALARM(AlarmRequest.getDefaultInstance(), MaintenanceGrpc.getAlarmMethod()),
    /** Maintenance.Status. */
    STATUS(StatusRequest.getDefaultInstance(), MaintenanceGrpc.getStatusMethod()),
    /** Maintenance.Hash. */
    HASH(HashRequest.getDefaultInstance(), MaintenanceGrpc.getHashMethod()),
    /** Maintenance.HashKV. */
    HASH_KV(HashKVRequest.getDefaultInstance(), MaintenanceGrpc.getHashKVMethod()),
    /** Maintenance.HashKV at the current revision on every member; says whether they agree. */
    HASH_ALL(HashKVRequest.getDefaultInstance(), MaintenanceGrpc.getHashKVMethod()),
    /** Maintenance.Defragment. */
    DEFRAGMENT(DefragmentRequest.getDefaultInstance(), MaintenanceGrpc.getDefragmentMethod()),
    /** Cluster.MemberList. */
    MEMBER_LIST(MemberListRequest.getDefaultInstance(), ClusterGrpc.getMemberListMethod()),
    /** Cluster.MemberAdd. */
    MEMBER_ADD(MemberAddRequest.getDefaultInstance(), ClusterGrpc.getMemberAddMethod()),
    /** Cluster.MemberRemove. */
    MEMBER_REMOVE(MemberRemoveRequest.getDefaultInstance(), ClusterGrpc.getMemberRemoveMethod()),
    /** Cluster.MemberUpdate. */
    MEMBER_UPDATE(MemberUpdateRequest.getDefaultInstance(), ClusterGrpc.getMemberUpdateMethod()),
    /** Cluster.MemberPromote. */
    MEMBER_PROMOTE(MemberPromoteRequest.getDefaultInstance(), ClusterGrpc.getMemberPromoteMethod()),
    /** Maintenance.MoveLeader. */
    MOVE_LEADER(MoveLeaderRequest.getDefaultInstance(), MaintenanceGrpc.getMoveLeaderMethod()),
    /** Maintenance.Downgrade. */
    DOWNGRADE(DowngradeRequest.getDefaultInstance(), MaintenanceGrpc.getDowngradeMethod()),
    /** Auth.AuthEnable. */
    AUTH_ENABLE(AuthEnableRequest.getDefaultInstance(), AuthGrpc.getAuthEnableMethod()),
    /** Auth.AuthDisable. */
    AUTH_DISABLE(AuthDisableRequest.getDefaultInstance(), AuthGrpc.getAuthDisableMethod()),
    /** Auth.AuthStatus. */
    AUTH_STATUS(AuthStatusRequest.getDefaultInstance(), AuthGrpc.getAuthStatusMethod()),
    /** Auth.Authenticate; the token is the user's from then on. */
    AUTHENTICATE(AuthenticateRequest.getDefaultInstance(), AuthGrpc.getAuthenticateMethod()),
    /** Auth.UserAdd. */
    USER_ADD(AuthUserAddRequest.getDefaultInstance(), AuthGrpc.getUserAddMethod()),
    /** Auth.UserGet. */
    USER_GET(AuthUserGetRequest.getDefaultInstance(), AuthGrpc.getUserGetMethod()),
    /** Auth.UserList. */
    USER_LIST(AuthUserListRequest.getDefaultInstance(), AuthGrpc.getUserListMethod()),
    /** Auth.UserDelete. */
    USER_DELETE(AuthUserDeleteRequest.getDefaultInstance(), AuthGrpc.getUserDeleteMethod()),
    /** Auth.UserChangePassword. */
    USER_CHANGE_PASSWORD(AuthUserChangePasswordRequest.getDefaultInstance(), AuthGrpc.getUserChangePasswordMethod()),
    /** Auth.UserGrantRole. */
    USER_GRANT_ROLE(AuthUserGrantRoleRequest.getDefaultInstance(), AuthGrpc.getUserGrantRoleMethod()),
    /** Auth.UserRevokeRole. */
    USER_REVOKE_ROLE(AuthUserRevokeRoleRequest.getDefaultInstance(), AuthGrpc.getUserRevokeRoleMethod()),
    /** Auth.RoleAdd. */
    ROLE_ADD(AuthRoleAddRequest.getDefaultInstance(), AuthGrpc.getRoleAddMethod()),
    /** Auth.RoleGet. */
    ROLE_GET(AuthRoleGetRequest.getDefaultInstance(), AuthGrpc.getRoleGetMethod()),
    /** Auth.RoleList. */
    ROLE_LIST(AuthRoleListRequest.getDefaultInstance(), AuthGrpc.getRoleListMethod()),
    /** Auth.RoleDelete. */
    ROLE_DELETE(AuthRoleDeleteRequest.getDefaultInstance(), AuthGrpc.getRoleDeleteMethod()),
    /** Auth.RoleGrantPermission. */
    ROLE_GRANT_PERMISSION(AuthRoleGrantPermissionRequest.getDefaultInstance(), AuthGrpc.getRoleGrantPermissionMethod()),
    /** Auth.RoleRevokePermission. */
    ROLE_REVOKE_PERMISSION(
            AuthRoleRevokePermissionRequest.getDefaultInstance(), AuthGrpc.getRoleRevokePermissionMethod()),
    /** Lock.Lock of a lock that nobody has, and Unlock. */
    LOCK_AND_UNLOCK(LockRequest.getDefaultInstance(), LockGrpc.getLockMethod()),
    /** Lock.Lock by the numbered session, which may have to wait. */
    LOCK(LockRequest.getDefaultInstance(), LockGrpc.getLockMethod()),
    /** Lock.Unlock. */
    UNLOCK(UnlockRequest.getDefaultInstance(), LockGrpc.getUnlockMethod()),
    /** Election.Campaign where nobody stands, and Resign. */
    CAMPAIGN_AND_RESIGN(CampaignRequest.getDefaultInstance(), ElectionGrpc.getCampaignMethod()),
    /** Election.Campaign by the numbered session, which may have to wait. */
    CAMPAIGN(CampaignRequest.getDefaultInstance(), ElectionGrpc.getCampaignMethod()),
    /** Cancels what the numbered session waits for. */
    CANCEL(LockRequest.getDefaultInstance(), null),
    /** Waits until a lease has expired. */
    EXPIRE(LeaseTimeToLiveRequest.getDefaultInstance(), null),
    /** Election.Observe by the numbered session, in place of what it has observed so far. */
    OBSERVE(LeaderRequest.getDefaultInstance(), null),
    /** Election.Proclaim. */
    PROCLAIM(ProclaimRequest.getDefaultInstance(), ElectionGrpc.getProclaimMethod()),
    /** Election.Leader. */
    LEADER(LeaderRequest.getDefaultInstance(), ElectionGrpc.getLeaderMethod()),
    /** Election.Resign. */
    RESIGN(ResignRequest.getDefaultInstance(), ElectionGrpc.getResignMethod()),
    /** One message on the numbered watch stream, which is opened by its first message. */
    WATCH(WatchRequest.getDefaultInstance(), null),
    /** Waits until every watcher of the numbered stream is caught up, compares what it got, and ends the stream. */
    WATCH_CLOSE(WatchRequest.getDefaultInstance(), null),
    /** Waits until every watcher of every stream is caught up and compares what they got. */
    WATCH_SYNC(WatchRequest.getDefaultInstance(), null);

    private final Message prototype;

    @SuppressWarnings("ImmutableEnumChecker") // Method descriptors never change; gRPC just doesn't say so.
    private final @Nullable MethodDescriptor<?, ?> method;

    StepKind(Message prototype, @Nullable MethodDescriptor<?, ?> method) {
        this.prototype = prototype;
        this.method = method;
    }

    /** An empty request of the right type. */
    public Message prototype() {
        return prototype;
    }

    /** The method that is called; the caller must know that this kind is a call. */
    @SuppressWarnings("unchecked")
    MethodDescriptor<Message, Message> method() {
        if (method == null) {
            throw new IllegalStateException(this + " is no call");
        }
        return (MethodDescriptor<Message, Message>) (MethodDescriptor<?, ?>) method;
    }
}
