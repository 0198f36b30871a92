package dev.mainstay.e2e.differential;

import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashRequest;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.TxnRequest;
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
