package dev.mainstay.node.api.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import org.junit.jupiter.api.Test;

class AuditPolicyTest {

    private static final String PUT = "etcdserverpb.KV/Put";
    private static final String RANGE = "etcdserverpb.KV/Range";
    private static final String DELETE = "etcdserverpb.KV/DeleteRange";
    private static final String TXN = "etcdserverpb.KV/Txn";

    private static final AuditPolicy POLICY = AuditPolicyFile.parse("""
            onFailure: refuse
            keys: hashed
            default: metadata
            rules:
              - level: none
                methods: ["grpc.health.v1.Health/*", "etcdserverpb.KV/Range"]
                prefixes: [/leases/, /events/]
              - level: none
                users: [robot]
                methods: [etcdserverpb.KV/Range]
              - level: request
                onFailure: count
                prefixes: [/secrets/]
              - level: none
                prefixes: [/]
            """);

    @Test
    void firstRuleThatFitsDecides() {
        assertThat(level(PUT, "", put("/secrets/a"))).isEqualTo(AuditLevel.REQUEST);
        assertThat(level(PUT, "", put("/pods/a"))).isEqualTo(AuditLevel.NONE);
        assertThat(level(PUT, "", put("pods"))).isEqualTo(AuditLevel.METADATA);
        assertThat(level(RANGE, "", put("/leases/a"))).isEqualTo(AuditLevel.NONE);
        assertThat(level(RANGE, "robot", put("/secrets/a"))).isEqualTo(AuditLevel.NONE);
        assertThat(level(RANGE, "ann", put("/secrets/a"))).isEqualTo(AuditLevel.REQUEST);
        assertThat(POLICY.decide("etcdserverpb.Auth/UserAdd", "", java.util.List.of())
                        .level())
                .isEqualTo(AuditLevel.METADATA);
    }

    @Test
    void whatNeedNotBeRecordedMustBeAllOfACallAndWhatMustOnlyAPart() {
        assertThat(level(DELETE, "", delete("/pods/", "/pods0"))).isEqualTo(AuditLevel.NONE);
        assertThat(level(DELETE, "", delete("/pods/", "\0"))).isEqualTo(AuditLevel.REQUEST);
        assertThat(level(DELETE, "", delete("a", "b"))).isEqualTo(AuditLevel.METADATA);
        assertThat(level(DELETE, "", delete("/a", "0"))).isEqualTo(AuditLevel.REQUEST);
        assertThat(level(DELETE, "", delete("/t", "0"))).isEqualTo(AuditLevel.NONE);
        assertThat(level(DELETE, "", delete("/t", "1"))).isEqualTo(AuditLevel.METADATA);
        assertThat(level(TXN, "", txn("/pods/a", "/secrets/b"))).isEqualTo(AuditLevel.REQUEST);
        assertThat(level(TXN, "", txn("/secrets/a", "/pods/b"))).isEqualTo(AuditLevel.REQUEST);
        assertThat(level(TXN, "", txn("/pods/a", "/pods/b"))).isEqualTo(AuditLevel.NONE);
        assertThat(level(TXN, "", txn("/pods/a", "pods/b"))).isEqualTo(AuditLevel.METADATA);
    }

    @Test
    void lockIsAboutTheKeysUnderItsName() {
        LockRequest lock = LockRequest.newBuilder()
                .setName(ByteString.copyFromUtf8("/secrets/lock"))
                .build();
        assertThat(level("v3lockpb.Lock/Lock", "", lock)).isEqualTo(AuditLevel.REQUEST);
    }

    @Test
    void ruleSaysWhetherWhatCannotBeRecordedIsRefusedElseThePolicy() {
        assertThat(decide(PUT, put("/secrets/a")).refuses()).isFalse();
        assertThat(decide(PUT, put("pods")).refuses()).isTrue();
        assertThat(decide(PUT, put("/pods")).refuses()).isFalse();
        assertThat(POLICY.mayRefuse(PUT)).isTrue();
        assertThat(AuditPolicy.USUAL.mayRefuse(PUT)).isFalse();
        assertThat(AuditPolicyFile.parse("rules: [{level: metadata, methods: [etcdserverpb.KV/*], onFailure: refuse}]")
                        .mayRefuse("etcdserverpb.Lease/LeaseGrant"))
                .isFalse();
    }

    @Test
    void methodThatIsNeverRecordedIsPassedOver() {
        assertThat(POLICY.passesOver(RANGE)).isFalse();
        assertThat(AuditPolicy.USUAL.passesOver("grpc.health.v1.Health/Check")).isTrue();
        assertThat(AuditPolicy.USUAL.passesOver(PUT)).isFalse();
        AuditPolicy writes = AuditPolicyFile.parse("""
                {"default": "none", "rules": [{"level": "metadata", "methods": ["etcdserverpb.KV/Put"]}]}""");
        assertThat(writes.passesOver(RANGE)).isTrue();
        assertThat(writes.passesOver(PUT)).isFalse();
    }

    @Test
    void misspelledPolicyIsRefused() {
        refused("rule: []", "unknown key rule; a policy may have default, keys, onFailure, rules");
        refused("rules: [{level: all}]", "level must be one of none, metadata, request, not all");
        refused("rules: [{methods: [a]}]", "level must be one of none, metadata, request");
        refused("rules: [{level: none, method: [a]}]", "unknown key method; a rule may have level,");
        refused("rules: [{level: none, methods: []}]", "methods must not be empty; leave it out to mean all");
        refused("onFailure: stop", "onFailure must be refuse or count, not stop");
        refused("keys: plain", "keys must be one of clear, hashed, omitted, not plain");
        refused("[]", "a policy must be a map");
    }

    private static void refused(String policy, String why) {
        assertThatThrownBy(() -> AuditPolicyFile.parse(policy))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(why);
    }

    private static AuditPolicy.Decision decide(String method, Message request) {
        return POLICY.decide(method, "", RequestKeys.of(request));
    }

    private static AuditLevel level(String method, String user, Message request) {
        return POLICY.decide(method, user, RequestKeys.of(request)).level();
    }

    private static PutRequest put(String key) {
        return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    }

    private static DeleteRangeRequest delete(String key, String end) {
        return DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setRangeEnd(ByteString.copyFromUtf8(end))
                .build();
    }

    private static TxnRequest txn(String compared, String put) {
        return TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder().setKey(ByteString.copyFromUtf8(compared)))
                .addFailure(RequestOp.newBuilder().setRequestPut(put(put)))
                .build();
    }
}
