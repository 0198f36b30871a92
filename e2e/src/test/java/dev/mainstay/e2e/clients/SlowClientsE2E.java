package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Clients that ask for much and read nothing: they cost the server little, and nobody else anything. */
final class SlowClientsE2E extends OnBothServers {
    private static final int VALUE_BYTES = 256 * 1024;
    private static final int EVENTS = 800; // 200 MiB
    private static final long MOST_GROWTH_BYTES = 400L << 20;

    @Test
    void watcherThatNeverReadsIsThrottledAndHurtsNobody() throws Exception {
        try (EtcdClient slowClient = new EtcdClient(server().endpoint());
                WatchCalls slow = WatchCalls.open(slowClient.channel(), false);
                EtcdClient otherClient = new EtcdClient(server().endpoint());
                WatchCalls other = WatchCalls.open(otherClient.channel())) {
            WatchCreateRequest everything = WatchCreateRequest.newBuilder()
                    .setKey(key("slow/"))
                    .setRangeEnd(key("slow0"))
                    .build();
            slow.create(everything);
            other.create(everything);
            long before = server().usage().residentBytes();
            long first = revision() + 1;

            long slowest = 0;
            for (int i = 0; i < EVENTS; i++) {
                long start = System.nanoTime();
                put("slow/" + i % 4, VALUE_BYTES);
                slowest = Math.max(slowest, System.nanoTime() - start);
            }

            List<Event> seen = other.events(EVENTS);
            assertThat(seen.getFirst().getKv().getModRevision()).isEqualTo(first);
            assertThat(seen.getLast().getKv().getModRevision()).isEqualTo(first + EVENTS - 1);
            assertThat(TimeUnit.NANOSECONDS.toSeconds(slowest)).isLessThan(5);
            if (product().boundsMemoryOfSlowClients()) {
                assertThat(server().usage().residentBytes() - before).isLessThan(MOST_GROWTH_BYTES);
            }
        }
        put("slow/after", 1);
        assertThat(server().isRunning()).isTrue();
    }

    @Test
    void hugeRangesNobodyReadsDontPileUp() throws Exception {
        for (int i = 0; i < 128; i++) {
            put("huge/" + i, VALUE_BYTES);
        }
        long before = server().usage().residentBytes();
        RangeRequest all = RangeRequest.newBuilder()
                .setKey(key("huge/"))
                .setRangeEnd(key("huge0"))
                .build();
        try (EtcdClient greedy = new EtcdClient(server().endpoint())) {
            // 32 MiB each. The call never asks for its message, so that its window stays shut.
            List<ClientCall<RangeRequest, RangeResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                ClientCall<RangeRequest, RangeResponse> call =
                        greedy.channel().newCall(KVGrpc.getRangeMethod(), CallOptions.DEFAULT);
                call.start(new ClientCall.Listener<>() {}, new Metadata());
                call.sendMessage(all);
                call.halfClose();
                calls.add(call);
            }
            for (int i = 0; i < 50; i++) {
                long start = System.nanoTime();
                put("huge/other", 1);
                assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start))
                        .isLessThan(5);
            }
            assertThat(calls).hasSize(8);
            if (product().boundsMemoryOfSlowClients()) {
                assertThat(server().usage().residentBytes() - before).isLessThan(2 * MOST_GROWTH_BYTES);
            }
        }
        assertThat(client().kv().range(all).getKvsCount()).isEqualTo(129);
    }

    private void put(String name, int bytes) {
        client().kv()
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(key(name))
                        .setValue(ByteString.copyFrom(new byte[bytes]))
                        .build());
    }

    private static ByteString key(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
