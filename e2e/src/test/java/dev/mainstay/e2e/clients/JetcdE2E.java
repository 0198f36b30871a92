package dev.mainstay.e2e.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** An application's flows through jetcd, and its reconnections while the server is killed and restarted under it. */
final class JetcdE2E extends OnBothServers {
    private static final int PATIENCE_SECONDS = 30;

    @Test
    void keysAreWrittenReadAndDeleted() throws Exception {
        try (Client jetcd = jetcd()) {
            PutResponse first = done(jetcd.getKVClient().put(bytes("jetcd/kv/a"), bytes("1")));
            PutResponse second = done(jetcd.getKVClient()
                    .put(
                            bytes("jetcd/kv/a"),
                            bytes("2"),
                            PutOption.builder().withPrevKV().build()));
            assertThat(second.getPrevKv().getValue()).isEqualTo(bytes("1"));
            assertThat(second.getHeader().getRevision())
                    .isEqualTo(first.getHeader().getRevision() + 1);
            done(jetcd.getKVClient().put(bytes("jetcd/kv/b"), bytes("3")));

            GetResponse page = done(jetcd.getKVClient()
                    .get(
                            bytes("jetcd/kv/"),
                            GetOption.builder()
                                    .isPrefix(true)
                                    .withLimit(1)
                                    .withSortField(GetOption.SortTarget.MOD)
                                    .withSortOrder(GetOption.SortOrder.DESCEND)
                                    .build()));
            assertThat(page.getCount()).isEqualTo(2);
            assertThat(page.isMore()).isTrue();
            assertThat(page.getKvs()).extracting(KeyValue::getValue).containsExactly(bytes("3"));
            GetResponse old = done(jetcd.getKVClient()
                    .get(
                            bytes("jetcd/kv/a"),
                            GetOption.builder()
                                    .withRevision(first.getHeader().getRevision())
                                    .build()));
            assertThat(old.getKvs()).extracting(KeyValue::getValue).containsExactly(bytes("1"));
            assertThat(done(jetcd.getKVClient()
                                    .delete(
                                            bytes("jetcd/kv/"),
                                            DeleteOption.builder()
                                                    .isPrefix(true)
                                                    .withPrevKV(true)
                                                    .build()))
                            .getPrevKvs())
                    .extracting(KeyValue::getValue)
                    .containsExactly(bytes("2"), bytes("3"));
        }
    }

    @Test
    void transactionsCompareAndNest() throws Exception {
        try (Client jetcd = jetcd()) {
            ByteSequence key = bytes("jetcd/txn/a");
            TxnResponse made = done(jetcd.getKVClient()
                    .txn()
                    .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0)))
                    .Then(Op.put(key, bytes("made"), PutOption.DEFAULT), Op.get(key, GetOption.DEFAULT))
                    .commit());
            assertThat(made.isSucceeded()).isTrue();
            assertThat(made.getGetResponses().getFirst().getKvs().getFirst().getModRevision())
                    .isEqualTo(made.getHeader().getRevision());

            TxnResponse nested = done(jetcd.getKVClient()
                    .txn()
                    .If(
                            new Cmp(key, Cmp.Op.GREATER, CmpTarget.value(bytes("maa"))),
                            new Cmp(
                                    key,
                                    Cmp.Op.EQUAL,
                                    CmpTarget.modRevision(made.getHeader().getRevision())))
                    .Then(Op.txn(
                            new Cmp[] {new Cmp(key, Cmp.Op.NOT_EQUAL, CmpTarget.createRevision(0))},
                            new Op[] {Op.delete(key, DeleteOption.DEFAULT)},
                            new Op[0]))
                    .Else(Op.get(key, GetOption.DEFAULT))
                    .commit());
            assertThat(nested.isSucceeded()).isTrue();
            assertThat(nested.getTxnResponses()
                            .getFirst()
                            .getDeleteResponses()
                            .getFirst()
                            .getDeleted())
                    .isEqualTo(1);
        }
    }

    @Test
    void refusalsCarryEtcdsWords() {
        try (Client jetcd = jetcd()) {
            GetOption future = GetOption.builder().withRevision(1_000_000_000).build();
            assertThatThrownBy(() -> done(jetcd.getKVClient().get(bytes("a"), future)))
                    .hasMessageContaining("etcdserver: mvcc: required revision is a future revision");
            PutOption unknown = PutOption.builder().withLeaseId(4711).build();
            assertThatThrownBy(() -> done(jetcd.getKVClient().put(bytes("a"), bytes("b"), unknown)))
                    .hasMessageContaining("etcdserver: requested lease not found");
        }
    }

    @Test
    void leaseExpiresWithItsKeyUnlessKeptAlive() throws Exception {
        try (Client jetcd = jetcd()) {
            long kept = done(jetcd.getLeaseClient().grant(2)).getID();
            long left = done(jetcd.getLeaseClient().grant(2)).getID();
            put(jetcd, "jetcd/lease/kept", kept);
            put(jetcd, "jetcd/lease/left", left);
            Events events = new Events();
            try (CloseableClient _ = jetcd.getLeaseClient().keepAlive(kept, new Ignored<>());
                    Watch.Watcher _ = jetcd.getWatchClient()
                            .watch(
                                    bytes("jetcd/lease/"),
                                    WatchOption.builder().isPrefix(true).build(),
                                    events)) {
                WatchEvent gone = events.next();
                assertThat(gone.getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
                assertThat(gone.getKeyValue().getKey()).isEqualTo(bytes("jetcd/lease/left"));
                LeaseTimeToLiveResponse answer = done(jetcd.getLeaseClient()
                        .timeToLive(
                                kept, LeaseOption.builder().withAttachedKeys().build()));
                assertThat(answer.getTTL()).isBetween(0L, 2L);
                assertThat(answer.getKeys()).containsExactly(bytes("jetcd/lease/kept"));
            }
            done(jetcd.getLeaseClient().revoke(kept));
        }
    }

    /**
     * One client, three crashes: its watch shows every revision once, in order; its lease lives on. jetcd reports each lost
     * connection to the watch's listener and resumes the watch by itself.
     */
    @Test
    void watchAndLeaseOutliveKilledServers() throws Exception {
        try (Client jetcd = jetcd()) {
            long lease = done(jetcd.getLeaseClient().grant(20)).getID();
            put(jetcd, "jetcd/alive", lease);
            Events events = new Events();
            try (CloseableClient _ = jetcd.getLeaseClient().keepAlive(lease, new Ignored<>());
                    Watch.Watcher _ = jetcd.getWatchClient()
                            .watch(
                                    bytes("jetcd/crash/"),
                                    WatchOption.builder()
                                            .isPrefix(true)
                                            .withPrevKV(true)
                                            .withRevision(revision() + 1)
                                            .build(),
                                    events)) {
                long first = revision() + 1;
                for (int crash = 0; crash < 3; crash++) {
                    putNumbers(jetcd, crash * 100, crash * 100 + 50);
                    if (crash % 2 == 0) {
                        // Otherwise the crash comes while events are still under way.
                        events.await((crash + 1) * 50);
                    }
                    server().kill9();
                    server().start();
                }
                putNumbers(jetcd, 300, 310);

                List<WatchEvent> seen = events.await(160);
                assertThat(seen)
                        .extracting(event -> event.getKeyValue().getModRevision())
                        .containsExactlyElementsOf(
                                LongStream.range(first, first + 160).boxed().toList());
                assertThat(done(jetcd.getKVClient().get(bytes("jetcd/alive"))).getCount())
                        .isEqualTo(1);
                assertThat(done(jetcd.getLeaseClient().keepAliveOnce(lease)).getTTL())
                        .isEqualTo(20);
            }
            done(jetcd.getLeaseClient().revoke(lease));
        }
    }

    private static void putNumbers(Client jetcd, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            PutOption retried = PutOption.builder().withAutoRetry().build();
            done(jetcd.getKVClient().put(bytes("jetcd/crash/" + i), bytes("v" + i), retried));
        }
    }

    private static void put(Client jetcd, String key, long lease) throws Exception {
        done(jetcd.getKVClient()
                .put(
                        bytes(key),
                        bytes("v"),
                        PutOption.builder().withLeaseId(lease).build()));
    }

    private Client jetcd() {
        return Client.builder()
                .endpoints(server().endpoint())
                .retryMaxDuration(Duration.ofSeconds(PATIENCE_SECONDS))
                .build();
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    private static <T> T done(CompletableFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Collects the events of a watch. */
    private static final class Events implements Watch.Listener {
        private final BlockingQueue<WatchEvent> arrived = new LinkedBlockingQueue<>();
        private final List<WatchEvent> seen = new java.util.ArrayList<>();
        private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

        @Override
        public void onNext(io.etcd.jetcd.watch.WatchResponse response) {
            arrived.addAll(response.getEvents());
        }

        @Override
        public void onError(Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void onCompleted() {}

        WatchEvent next() throws InterruptedException {
            WatchEvent event = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(event)
                    .as("event %s, failures %s", seen.size() + 1, failures)
                    .isNotNull();
            seen.add(event);
            return event;
        }

        List<WatchEvent> await(int count) throws InterruptedException {
            while (seen.size() < count) {
                next();
            }
            return seen;
        }
    }

    /** Keep-alive answers; what they do shows in the lease. */
    private static final class Ignored<T> implements StreamObserver<T> {
        @Override
        public void onNext(T value) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
