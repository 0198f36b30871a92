package dev.mainstay.node.api.gateway;

import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.ElectionGrpc;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LockGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.WatchGrpc;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every path of the gateway, as in etcd. */
final class Routes {

    private static final String PREFIX = "/v3/";

    /** What releases before 3.4 called the same. */
    private static final String OLD_PREFIX = "/v3beta/";

    private static final Map<String, Route> BY_PATH = Map.ofEntries(
            Map.entry("kv/range", Route.to(KVGrpc.getRangeMethod())),
            Map.entry("kv/put", Route.to(KVGrpc.getPutMethod())),
            Map.entry("kv/deleterange", Route.to(KVGrpc.getDeleteRangeMethod())),
            Map.entry("kv/txn", Route.to(KVGrpc.getTxnMethod())),
            Map.entry("kv/compaction", Route.to(KVGrpc.getCompactMethod())),
            Map.entry("watch", Route.to(WatchGrpc.getWatchMethod())),
            Map.entry("lease/grant", Route.to(LeaseGrpc.getLeaseGrantMethod())),
            Map.entry("lease/revoke", Route.to(LeaseGrpc.getLeaseRevokeMethod())),
            Map.entry("kv/lease/revoke", Route.to(LeaseGrpc.getLeaseRevokeMethod())),
            Map.entry("lease/keepalive", Route.to(LeaseGrpc.getLeaseKeepAliveMethod())),
            Map.entry("lease/timetolive", Route.to(LeaseGrpc.getLeaseTimeToLiveMethod())),
            Map.entry("kv/lease/timetolive", Route.to(LeaseGrpc.getLeaseTimeToLiveMethod())),
            Map.entry("lease/leases", Route.to(LeaseGrpc.getLeaseLeasesMethod())),
            Map.entry("kv/lease/leases", Route.to(LeaseGrpc.getLeaseLeasesMethod())),
            Map.entry("cluster/member/add", Route.to(ClusterGrpc.getMemberAddMethod())),
            Map.entry("cluster/member/remove", Route.to(ClusterGrpc.getMemberRemoveMethod())),
            Map.entry("cluster/member/update", Route.to(ClusterGrpc.getMemberUpdateMethod())),
            Map.entry("cluster/member/list", Route.to(ClusterGrpc.getMemberListMethod())),
            Map.entry("cluster/member/promote", Route.to(ClusterGrpc.getMemberPromoteMethod())),
            Map.entry("maintenance/alarm", Route.to(MaintenanceGrpc.getAlarmMethod())),
            Map.entry("maintenance/status", Route.to(MaintenanceGrpc.getStatusMethod())),
            Map.entry("maintenance/defragment", Route.to(MaintenanceGrpc.getDefragmentMethod())),
            Map.entry("maintenance/hash", Route.to(MaintenanceGrpc.getHashMethod())),
            Map.entry("maintenance/hashkv", Route.to(MaintenanceGrpc.getHashKVMethod())),
            Map.entry("maintenance/snapshot", Route.to(MaintenanceGrpc.getSnapshotMethod())),
            Map.entry("maintenance/transfer-leadership", Route.to(MaintenanceGrpc.getMoveLeaderMethod())),
            Map.entry("maintenance/downgrade", Route.to(MaintenanceGrpc.getDowngradeMethod())),
            Map.entry("auth/enable", Route.to(AuthGrpc.getAuthEnableMethod())),
            Map.entry("auth/disable", Route.to(AuthGrpc.getAuthDisableMethod())),
            Map.entry("auth/status", Route.to(AuthGrpc.getAuthStatusMethod())),
            Map.entry("auth/authenticate", Route.to(AuthGrpc.getAuthenticateMethod())),
            Map.entry("auth/user/add", Route.to(AuthGrpc.getUserAddMethod())),
            Map.entry("auth/user/get", Route.to(AuthGrpc.getUserGetMethod())),
            Map.entry("auth/user/list", Route.to(AuthGrpc.getUserListMethod())),
            Map.entry("auth/user/delete", Route.to(AuthGrpc.getUserDeleteMethod())),
            Map.entry("auth/user/changepw", Route.to(AuthGrpc.getUserChangePasswordMethod())),
            Map.entry("auth/user/grant", Route.to(AuthGrpc.getUserGrantRoleMethod())),
            Map.entry("auth/user/revoke", Route.to(AuthGrpc.getUserRevokeRoleMethod())),
            Map.entry("auth/role/add", Route.to(AuthGrpc.getRoleAddMethod())),
            Map.entry("auth/role/get", Route.to(AuthGrpc.getRoleGetMethod())),
            Map.entry("auth/role/list", Route.to(AuthGrpc.getRoleListMethod())),
            Map.entry("auth/role/delete", Route.to(AuthGrpc.getRoleDeleteMethod())),
            Map.entry("auth/role/grant", Route.to(AuthGrpc.getRoleGrantPermissionMethod())),
            Map.entry("auth/role/revoke", Route.to(AuthGrpc.getRoleRevokePermissionMethod())),
            Map.entry("lock/lock", Route.to(LockGrpc.getLockMethod())),
            Map.entry("lock/unlock", Route.to(LockGrpc.getUnlockMethod())),
            Map.entry("election/campaign", Route.to(ElectionGrpc.getCampaignMethod())),
            Map.entry("election/proclaim", Route.to(ElectionGrpc.getProclaimMethod())),
            Map.entry("election/leader", Route.to(ElectionGrpc.getLeaderMethod())),
            Map.entry("election/observe", Route.to(ElectionGrpc.getObserveMethod())),
            Map.entry("election/resign", Route.to(ElectionGrpc.getResignMethod())));

    private Routes() {}

    /** Whether a path is the gateway's, whatever is there. */
    static boolean covers(String path) {
        return path.startsWith(PREFIX) || path.startsWith(OLD_PREFIX);
    }

    /** The method of a path that is covered. */
    static @Nullable Route of(String path) {
        return BY_PATH.get(path.substring(path.startsWith(PREFIX) ? PREFIX.length() : OLD_PREFIX.length()));
    }
}
