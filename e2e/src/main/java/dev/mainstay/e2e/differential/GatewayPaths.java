package dev.mainstay.e2e.differential;

import java.util.EnumMap;
import java.util.Map;

/** Where the gateway has the calls, below {@code /v3/}. Snapshots aren't among them: their bytes are each product's own. */
final class GatewayPaths {
    static final Map<StepKind, String> PATHS = paths();

    private GatewayPaths() {}

    private static Map<StepKind, String> paths() {
        Map<StepKind, String> paths = new EnumMap<>(StepKind.class);
        paths.put(StepKind.RANGE, "kv/range");
        paths.put(StepKind.PUT, "kv/put");
        paths.put(StepKind.DELETE, "kv/deleterange");
        paths.put(StepKind.TXN, "kv/txn");
        paths.put(StepKind.COMPACT, "kv/compaction");
        paths.put(StepKind.WATCH, "watch");
        paths.put(StepKind.GRANT, "lease/grant");
        paths.put(StepKind.REVOKE, "lease/revoke");
        paths.put(StepKind.KEEP_ALIVE, "lease/keepalive");
        paths.put(StepKind.TIME_TO_LIVE, "lease/timetolive");
        paths.put(StepKind.LEASES, "lease/leases");
        paths.put(StepKind.ALARM, "maintenance/alarm");
        paths.put(StepKind.STATUS, "maintenance/status");
        paths.put(StepKind.HASH, "maintenance/hash");
        paths.put(StepKind.HASH_KV, "maintenance/hashkv");
        paths.put(StepKind.DEFRAGMENT, "maintenance/defragment");
        paths.put(StepKind.MOVE_LEADER, "maintenance/transfer-leadership");
        paths.put(StepKind.DOWNGRADE, "maintenance/downgrade");
        paths.put(StepKind.MEMBER_LIST, "cluster/member/list");
        paths.put(StepKind.MEMBER_ADD, "cluster/member/add");
        paths.put(StepKind.MEMBER_REMOVE, "cluster/member/remove");
        paths.put(StepKind.MEMBER_UPDATE, "cluster/member/update");
        paths.put(StepKind.MEMBER_PROMOTE, "cluster/member/promote");
        paths.put(StepKind.AUTH_ENABLE, "auth/enable");
        paths.put(StepKind.AUTH_DISABLE, "auth/disable");
        paths.put(StepKind.AUTH_STATUS, "auth/status");
        paths.put(StepKind.AUTHENTICATE, "auth/authenticate");
        paths.put(StepKind.USER_ADD, "auth/user/add");
        paths.put(StepKind.USER_GET, "auth/user/get");
        paths.put(StepKind.USER_LIST, "auth/user/list");
        paths.put(StepKind.USER_DELETE, "auth/user/delete");
        paths.put(StepKind.USER_CHANGE_PASSWORD, "auth/user/changepw");
        paths.put(StepKind.USER_GRANT_ROLE, "auth/user/grant");
        paths.put(StepKind.USER_REVOKE_ROLE, "auth/user/revoke");
        paths.put(StepKind.ROLE_ADD, "auth/role/add");
        paths.put(StepKind.ROLE_GET, "auth/role/get");
        paths.put(StepKind.ROLE_LIST, "auth/role/list");
        paths.put(StepKind.ROLE_DELETE, "auth/role/delete");
        paths.put(StepKind.ROLE_GRANT_PERMISSION, "auth/role/grant");
        paths.put(StepKind.ROLE_REVOKE_PERMISSION, "auth/role/revoke");
        paths.put(StepKind.LOCK_AND_UNLOCK, "lock/lock");
        paths.put(StepKind.UNLOCK, "lock/unlock");
        paths.put(StepKind.CAMPAIGN_AND_RESIGN, "election/campaign");
        paths.put(StepKind.PROCLAIM, "election/proclaim");
        paths.put(StepKind.LEADER, "election/leader");
        paths.put(StepKind.RESIGN, "election/resign");
        return Map.copyOf(paths);
    }
}
