package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.kubernetes.Compactor;
import dev.mainstay.e2e.kubernetes.KubeStore;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one kube-apiserver does to its store, request by request. */
final class KubernetesShapeE2E extends OnBothServers {
    private static final ByteString COMPACT_KEY = Compactor.KEY;

    @Override
    String[] flags() {
        return new String[] {product().watchProgressFlag("300ms")};
    }

    @Test
    void objectIsCreatedUpdatedAndDeletedOnlyAtItsRevision() {
        TxnResponse created = create("/registry/pods/a", "v1", 0);
        assertThat(created.getSucceeded()).isTrue();
        assertThat(create("/registry/pods/a", "other", 0).getSucceeded()).isFalse();

        long first = created.getHeader().getRevision();
        TxnResponse updated = update("/registry/pods/a", first, "v2");
        assertThat(updated.getSucceeded()).isTrue();
        assertThat(updated.getHeader().getRevision()).isEqualTo(first + 1);

        TxnResponse conflict = update("/registry/pods/a", first, "v3");
        assertThat(conflict.getSucceeded()).isFalse();
        KeyValue current = conflict.getResponses(0).getResponseRange().getKvs(0);
        assertThat(current.getValue().toStringUtf8()).isEqualTo("v2");
        assertThat(current.getModRevision()).isEqualTo(first + 1);
        assertThat(current.getCreateRevision()).isEqualTo(first);

        TxnResponse deleted = commit(
                modRevisionIs("/registry/pods/a", first + 1),
                RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key("/registry/pods/a")))
                        .build(),
                get("/registry/pods/a"));
        assertThat(deleted.getSucceeded()).isTrue();
        assertThat(deleted.getHeader().getRevision()).isEqualTo(first + 2);
        assertThat(deleted.getResponses(0).getResponseDeleteRange().getDeleted())
                .isEqualTo(1);
        assertThat(update("/registry/pods/a", first + 1, "v4")
                        .getResponses(0)
                        .getResponseRange()
                        .getKvsCount())
                .isZero();
    }

    @Test
    void pagedListIsOneSnapshotWithExactCounts() {
        for (int i = 0; i < 25; i++) {
            create("/registry/services/%03d".formatted(i), "v" + i, 0);
        }

        RangeResponse page = list("/registry/services/", 10, 0);
        long revision = page.getHeader().getRevision();
        List<KeyValue> all = new ArrayList<>(page.getKvsList());
        List<Long> counts = new ArrayList<>(List.of(page.getCount()));
        // Changes between the pages must not show.
        create("/registry/services/0055", "new", 0);
        client().kv()
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(key("/registry/services/020"))
                        .build());
        while (page.getMore()) {
            String next = all.getLast().getKey().toStringUtf8() + "\0";
            page = list(next, 10, revision);
            all.addAll(page.getKvsList());
            counts.add(page.getCount());
        }

        assertThat(all)
                .extracting(kv -> kv.getValue().toStringUtf8())
                .hasSize(25)
                .contains("v20")
                .doesNotContain("new");
        assertThat(counts).containsExactly(25L, 15L, 5L);
        assertThat(client().kv()
                        .range(RangeRequest.newBuilder()
                                .setKey(key("/registry/services/"))
                                .setRangeEnd(key("/registry/services0"))
                                .setCountOnly(true)
                                .build())
                        .getCount())
                .isEqualTo(25);
        assertThat(client().kv()
                        .range(RangeRequest.newBuilder()
                                .setKey(key("/registry/services/"))
                                .setRangeEnd(key("/registry/services0"))
                                .setKeysOnly(true)
                                .build())
                        .getKvsList())
                .allSatisfy(kv -> {
                    assertThat(kv.getValue().isEmpty()).isTrue();
                    assertThat(kv.getModRevision()).isPositive();
                });
    }

    @Test
    void watchCarriesPreviousValuesAndProgressTheCacheCanTrust() throws Exception {
        long before = revision();
        long created = create("/registry/nodes/a", "v1", 0).getHeader().getRevision();
        update("/registry/nodes/a", created, "v2");
        try (WatchCalls watch = WatchCalls.open(client().channel())) {
            watch.create(WatchCreateRequest.newBuilder()
                    .setKey(key("/registry/nodes/"))
                    .setRangeEnd(key("/registry/nodes0"))
                    .setStartRevision(before + 1)
                    .setPrevKv(true)
                    .setProgressNotify(true)
                    .build());
            client().kv()
                    .deleteRange(DeleteRangeRequest.newBuilder()
                            .setKey(key("/registry/nodes/a"))
                            .build());

            List<Event> events = watch.events(3);
            assertThat(events.get(0).getKv().getCreateRevision())
                    .isEqualTo(events.get(0).getKv().getModRevision());
            assertThat(events.get(1).getPrevKv().getValue().toStringUtf8()).isEqualTo("v1");
            assertThat(events.get(2).getType()).isEqualTo(Event.EventType.DELETE);
            assertThat(events.get(2).getPrevKv().getValue().toStringUtf8()).isEqualTo("v2");
            assertThat(events.get(2).getKv().getModRevision()).isEqualTo(created + 2);

            // By itself, after the interval: all up to here has been delivered, though the last change was elsewhere.
            long elsewhere = create("/registry/other/a", "x", 0).getHeader().getRevision();
            assertThat(watch.progressAtLeast(elsewhere).getWatchId()).isGreaterThanOrEqualTo(-1);
            // When asked, the answer is never older than the question.
            long now = create("/registry/other/b", "x", 0).getHeader().getRevision();
            WatchResponse asked = watch.requestProgress(now);
            assertThat(asked.getEventsCount()).isZero();
            assertThat(asked.getHeader().getRevision()).isGreaterThanOrEqualTo(now);
        }
    }

    @Test
    void storageLayerFindsAllItReliesOn() {
        KubeStore store = new KubeStore(client().channel());
        ByteString prefix = key("/registry/leases/");
        for (int i = 0; i < 23; i++) {
            assertThat(store.create(key("/registry/leases/%02d".formatted(i)), key("v"), 0))
                    .isPresent();
        }
        KeyValue old = store.get(key("/registry/leases/07")).orElseThrow();

        // Two writers that know the same: the second one has to look again, and changes what the first one made.
        assertThat(store.update(old.getKey(), old, value -> value.concat(key("1"))))
                .hasValue(revision());
        assertThat(store.update(old.getKey(), old, value -> value.concat(key("2"))))
                .hasValue(revision());
        assertThat(store.get(old.getKey()).orElseThrow().getValue()).isEqualTo(key("v12"));
        assertThat(store.list(prefix, 5, page -> {})).isEqualTo(23);
        assertThat(store.delete(key("/registry/leases/22"))).hasValue(revision());
        assertThat(store.delete(key("/registry/leases/22"))).isEmpty();
        assertThat(store.update(key("/registry/leases/22"), null, value -> value))
                .isEmpty();
        assertThat(store.count(prefix)).isEqualTo(22);
        assertThat(store.get(key("/registry/health"))).isEmpty();
        assertThat(store.revision(key("/registry/health"))).isEqualTo(revision());
    }

    @Test
    void whatIsCompactedIsTooOldForWatchesAndPages() throws Exception {
        long before = revision();
        create("/registry/old/a", "x", 0);
        create("/registry/old/b", "x", 0);
        long compacted = revision();
        client().kv()
                .compact(CompactionRequest.newBuilder().setRevision(compacted).build());

        try (WatchCalls watch = WatchCalls.open(client().channel())) {
            watch.create(WatchCreateRequest.newBuilder()
                    .setKey(key("/registry/old/"))
                    .setRangeEnd(key("/registry/old0"))
                    .setStartRevision(before + 1)
                    .setPrevKv(true)
                    .setProgressNotify(true)
                    .build());
            WatchResponse end = watch.next();
            assertThat(end.getCanceled()).isTrue();
            assertThat(end.getCompactRevision()).isEqualTo(compacted);
        }
        assertThatThrownBy(() -> list("/registry/services/", 10, before))
                .hasMessage("OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted");
    }

    @Test
    void versionSaysThatProgressCanBeTrusted() {
        StatusResponse status = client().maintenance().status(StatusRequest.getDefaultInstance());

        // Since 3.4.31 and 3.5.13 an answer to a request for progress is never too high.
        assertThat(status.getVersion()).matches(product().versionPattern());
        assertThat(status.getDbSize()).isPositive();
    }

    @Test
    void twoApiserversNeverCompactTheSameRound() throws Exception {
        Compactor first = new Compactor(client().channel());
        Compactor second = new Compactor(client().channel());
        long from = revision();
        try (WatchCalls watch = WatchCalls.open(client().channel())) {
            watch.create(WatchCreateRequest.newBuilder()
                    .setKey(Compactor.KEY)
                    .setStartRevision(from + 1)
                    .setPrevKv(true)
                    .build());
            int won = 0;
            for (int round = 0; round < 4; round++) {
                boolean one = first.round();
                boolean other = second.round();
                assertThat(one && other).isFalse();
                won += one || other ? 1 : 0;
            }

            assertThat(won).isGreaterThanOrEqualTo(3);
            assertThat(watch.events(won))
                    .extracting(event -> event.getKv().getVersion())
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void compactionLoopIsWonByOne() {
        long version = client()
                .kv()
                .range(RangeRequest.newBuilder().setKey(COMPACT_KEY).build())
                .getKvsList()
                .stream()
                .mapToLong(KeyValue::getVersion)
                .sum();
        long previous = 0;
        for (int round = 0; round < 3; round++) {
            create("/registry/round/" + round, "x", 0);
            TxnResponse won = compactRound(version, previous);
            assertThat(won.getSucceeded()).isTrue();
            TxnResponse lost = compactRound(version, previous);
            assertThat(lost.getSucceeded()).isFalse();
            KeyValue current = lost.getResponses(0).getResponseRange().getKvs(0);
            assertThat(current.getVersion()).isEqualTo(version + 1);
            if (previous != 0) {
                client().kv()
                        .compact(CompactionRequest.newBuilder()
                                .setRevision(previous)
                                .build());
            }
            previous = won.getHeader().getRevision();
            version = current.getVersion();
        }
    }

    @Test
    void eventsShareALeaseAndGoTogether() throws Exception {
        long lease = client().lease()
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(3600).build())
                .getID();
        for (int i = 0; i < 50; i++) {
            assertThat(create("/registry/events/" + i, "e", lease).getSucceeded())
                    .isTrue();
        }
        try (WatchCalls watch = WatchCalls.open(client().channel())) {
            watch.create(WatchCreateRequest.newBuilder()
                    .setKey(key("/registry/events/"))
                    .setRangeEnd(key("/registry/events0"))
                    .setPrevKv(true)
                    .build());
            client().lease()
                    .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());

            List<Event> gone = watch.events(50);
            assertThat(gone).extracting(event -> event.getKv().getModRevision()).containsOnly(revision());
            assertThat(gone)
                    .allSatisfy(
                            event -> assertThat(event.getPrevKv().getLease()).isEqualTo(lease));
            assertThat(gone)
                    .extracting(event -> event.getKv().getKey().toStringUtf8())
                    .isSorted();
        }
    }

    private TxnResponse compactRound(long version, long previous) {
        return commit(
                Compare.newBuilder()
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setKey(COMPACT_KEY)
                        .setVersion(version)
                        .build(),
                RequestOp.newBuilder()
                        .setRequestPut(
                                PutRequest.newBuilder().setKey(COMPACT_KEY).setValue(key(Long.toString(previous))))
                        .build(),
                RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(COMPACT_KEY))
                        .build());
    }

    private TxnResponse create(String key, String value, long lease) {
        return client().kv()
                .txn(TxnRequest.newBuilder()
                        .addCompare(modRevisionIs(key, 0))
                        .addSuccess(put(key, value, lease))
                        .build());
    }

    private TxnResponse update(String key, long revision, String value) {
        return commit(modRevisionIs(key, revision), put(key, value, 0), get(key));
    }

    private TxnResponse commit(Compare compare, RequestOp success, RequestOp failure) {
        return client().kv()
                .txn(TxnRequest.newBuilder()
                        .addCompare(compare)
                        .addSuccess(success)
                        .addFailure(failure)
                        .build());
    }

    private RangeResponse list(String from, int limit, long revision) {
        return client().kv()
                .range(RangeRequest.newBuilder()
                        .setKey(key(from))
                        .setRangeEnd(key("/registry/services0"))
                        .setLimit(limit)
                        .setRevision(revision)
                        .build());
    }

    private static Compare modRevisionIs(String key, long revision) {
        return Compare.newBuilder()
                .setTarget(Compare.CompareTarget.MOD)
                .setResult(Compare.CompareResult.EQUAL)
                .setKey(key(key))
                .setModRevision(revision)
                .build();
    }

    private static RequestOp put(String key, String value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder()
                        .setKey(key(key))
                        .setValue(key(value))
                        .setLease(lease))
                .build();
    }

    private static RequestOp get(String key) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(key(key)))
                .build();
    }

    private static ByteString key(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
