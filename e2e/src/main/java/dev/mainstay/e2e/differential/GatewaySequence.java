package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.LeaderKey;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.UnlockRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps of other sequences as JSON, first those of an open cluster, then those of one that asks who calls; and between them
 * what is no such request: other methods and paths, broken and odd JSON. Not safe for several threads.
 */
final class GatewaySequence {
    /** In odd forms these might be another lease or lock than the sequence knows of, or an alarm that nobody lowers. */
    private static final Set<StepKind> NEVER_ODD = EnumSet.of(
            StepKind.GRANT, StepKind.ALARM, StepKind.LOCK_AND_UNLOCK, StepKind.CAMPAIGN_AND_RESIGN, StepKind.WATCH);

    private static final List<String> METHODS = List.of("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS");
    private static final List<String> BROKEN = List.of(
            "",
            " ",
            "\n",
            "{",
            "}",
            "{}{}",
            "{} {}",
            "{}\n",
            "{}]",
            "{},",
            "{} x",
            "null",
            "[]",
            "[{}]",
            "5",
            "true",
            "\"x\"",
            "nonsense",
            "{\"key\":\"YQ==\"",
            "{\"key\":\"YQ==\"}}",
            "{\"key\":\"YQ==\",}",
            "{\"key\":\"YQ==\" \"limit\":1}",
            "{\"key\" \"YQ==\"}",
            "{'key':'YQ=='}",
            "{key:\"YQ==\"}",
            "{\"key\":\"YQ==\",\"key\":\"Yg==\"}",
            "{\"range_end\":\"\",\"rangeEnd\":\"\"}",
            "{\"key\":\"YQ==\",\"KEY\":\"Yg==\"}",
            "{\"key\":\"YQ==\",\"\":1}",
            "{\"key\":\"YQ==\",\"x\":tru}",
            "{\"key\":\"YQ==\",\"x\":+1}",
            "{\"key\":\"YQ==\",\"x\":1.}",
            "{\"key\":\"YQ==\",\"x\":.5}",
            "{\"key\":\"YQ==\",\"x\":\"\t\"}",
            "{\"key\":\"YQ==\"}//",
            "/**/{\"key\":\"YQ==\"}",
            "\ufeff{\"key\":\"YQ==\"}",
            "{\"key\":\"YQ==\",\"limit\":NaN}",
            "{\"success\":[{\"request_put\":{\"key\":\"YQ==\"},\"request_range\":{\"key\":\"YQ==\"}}]}",
            "{\"success\":[{\"request_put\":{},\"request_range\":null}]}",
            "{\"compare\":[{\"version\":1,\"mod_revision\":1,\"key\":\"YQ==\"}]}");

    private final Random random;
    private final StepGenerator open;
    private final AuthSequence guarded;
    private final JsonForm json;
    private final Deque<HttpStep> planned = new ArrayDeque<>();
    private final int opened;
    private int made;

    /** @param opened how many steps come before users and roles */
    GatewaySequence(long seed, int members, int opened) {
        this.opened = opened;
        random = new Random(seed);
        open = new StepGenerator(seed, members);
        guarded = new AuthSequence(seed, members);
        json = new JsonForm(random);
    }

    HttpStep next() {
        HttpStep next = planned.poll();
        while (next == null) {
            next = choose();
        }
        made++;
        return next;
    }

    private @Nullable HttpStep choose() {
        if (made > 0 && random.nextInt(12) == 0) {
            return stray();
        }
        Step step = made < opened ? open.next() : guarded.next();
        return switch (step.kind()) {
            case GRANT_AND_REVOKE -> grantAndRevoke(step);
            case LOCK_AND_UNLOCK -> lockAndUnlock(step);
            case CAMPAIGN_AND_RESIGN -> campaignAndResign(step);
            case WATCH -> watch(step);
            case WATCH_CLOSE, WATCH_SYNC, HASH_ALL -> null;
            default -> http(step, simple(step.request()));
        };
    }

    private HttpStep http(Step step, Message request) {
        boolean odd = !NEVER_ODD.contains(step.kind()) && random.nextInt(8) == 0;
        String body = odd ? json.odd(request) : json.right(request);
        return new HttpStep("POST", path(step.kind()), step.caller(), body);
    }

    private String path(StepKind kind) {
        String path = GatewayPaths.PATHS.get(kind);
        if (path == null) {
            throw new IllegalArgumentException(kind + " has no path");
        }
        boolean old = random.nextInt(12) == 0;
        boolean second = path.startsWith("lease/")
                && !path.equals("lease/grant")
                && !path.equals("lease/keepalive")
                && random.nextInt(4) == 0;
        return (old ? "/v3beta/" : "/v3/") + (second ? "kv/" : "") + path + (random.nextInt(20) == 0 ? "?x=y" : "");
    }

    /** What isn't a request of the gateway. */
    private HttpStep stray() {
        List<StepKind> kinds = GatewayPaths.PATHS.keySet().stream().sorted().toList();
        return switch (random.nextInt(5)) {
            case 0 ->
                new HttpStep(
                        METHODS.get(random.nextInt(METHODS.size())),
                        path(kinds.get(random.nextInt(kinds.size()))),
                        "",
                        random.nextBoolean() ? "" : "{\"key\":\"YQ==\"}");
            case 1 ->
                new HttpStep(
                        random.nextInt(3) == 0 ? "GET" : "POST",
                        STRAY_PATHS.get(random.nextInt(STRAY_PATHS.size())),
                        "",
                        "{\"key\":\"YQ==\"}");
            default ->
                new HttpStep(
                        "POST",
                        HARMLESS.get(random.nextInt(HARMLESS.size())),
                        "",
                        BROKEN.get(random.nextInt(BROKEN.size())));
        };
    }

    private static final List<String> STRAY_PATHS = List.of(
            "/v3/",
            "/v3/kv",
            "/v3/kv/",
            "/v3/kv/range/",
            "/v3/kv/Range",
            "/v3/kv/range/x",
            "/v3/kv/range:x",
            "/v3/kv%2Frange",
            "/v3/kv/rang%65",
            "/v3/lease",
            "/v3/nonsense",
            "/v3/kv/lease/grant",
            "/v3/kv/lease/keepalive",
            "/v3beta/nonsense",
            "/v3beta/",
            "/v3/auth/nonsense");

    /** Calls that broken bodies can't make do anything. */
    private static final List<String> HARMLESS = List.of(
            "/v3/kv/range", "/v3/kv/txn", "/v3/lease/timetolive", "/v3/cluster/member/list", "/v3/auth/user/get");

    /** A lease of the server's choice could not be told from another. */
    private @Nullable HttpStep grantAndRevoke(Step step) {
        LeaseGrantRequest grant = (LeaseGrantRequest) step.request();
        if (grant.getID() == 0) {
            return null;
        }
        LeaseRevokeRequest revoke =
                LeaseRevokeRequest.newBuilder().setID(grant.getID()).build();
        planned.add(new HttpStep("POST", path(StepKind.REVOKE), step.caller(), json.right(revoke)));
        return http(Step.of(StepKind.GRANT, grant).as(step.caller()), grant);
    }

    private @Nullable HttpStep lockAndUnlock(Step step) {
        LockRequest lock = (LockRequest) step.request();
        if (lock.getLease() == 0) {
            return null;
        }
        UnlockRequest unlock = UnlockRequest.newBuilder()
                .setKey(contender(lock.getName(), lock.getLease()))
                .build();
        planned.add(new HttpStep("POST", path(StepKind.UNLOCK), step.caller(), json.right(unlock)));
        return http(step, lock);
    }

    private @Nullable HttpStep campaignAndResign(Step step) {
        CampaignRequest campaign = (CampaignRequest) step.request();
        if (campaign.getLease() == 0) {
            return null;
        }
        LeaderKey leader = LeaderKey.newBuilder()
                .setName(campaign.getName())
                .setKey(contender(campaign.getName(), campaign.getLease()))
                .setRev(SymbolicRevisions.current(0))
                .setLease(campaign.getLease())
                .build();
        ResignRequest resign = ResignRequest.newBuilder().setLeader(leader).build();
        planned.add(new HttpStep("POST", path(StepKind.RESIGN), step.caller(), json.right(resign)));
        return http(step, campaign);
    }

    private static ByteString contender(ByteString name, long lease) {
        return name.concat(ByteString.copyFromUtf8("/" + Long.toString(lease, 16)));
    }

    /** Rarely, as only silence tells that all has come. */
    private @Nullable HttpStep watch(Step step) {
        WatchRequest request = (WatchRequest) step.request();
        if (!request.hasCreateRequest() || random.nextInt(6) != 0) {
            return null;
        }
        return http(step, request);
    }

    /** Without what only the messages themselves would tell to be no difference: {@link KnownDifferences}. */
    private static Message simple(Message request) {
        return switch (request) {
            case RangeRequest range -> range.toBuilder().clearSortTarget().build();
            case TxnRequest txn ->
                DeadlyTransactions.mayDeleteWhatItPuts(txn) ? TxnRequest.getDefaultInstance() : simple(txn);
            default -> request;
        };
    }

    private static TxnRequest simple(TxnRequest txn) {
        TxnRequest.Builder simple = txn.toBuilder().clearSuccess().clearFailure();
        txn.getSuccessList().forEach(operation -> simple.addSuccess(simple(operation)));
        txn.getFailureList().forEach(operation -> simple.addFailure(simple(operation)));
        return simple.build();
    }

    private static RequestOp simple(RequestOp operation) {
        RequestOp.Builder simple = operation.toBuilder();
        if (operation.hasRequestRange()) {
            simple.getRequestRangeBuilder().clearSortTarget();
        } else if (operation.hasRequestTxn()) {
            simple.setRequestTxn(simple(operation.getRequestTxn()));
        }
        return simple.build();
    }
}
