package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.proto.v1.MigrationVersion;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a watch brings becomes whole revisions, or a reason. */
class MigrationFeedTest {

    private static final long PATIENCE_MILLIS = 10_000;

    private final List<WatchResponse> script = new ArrayList<>();
    private @Nullable Server server;
    private @Nullable ManagedChannel channel;

    @AfterEach
    void close() {
        if (channel != null) {
            channel.shutdownNow();
        }
        if (server != null) {
            server.shutdownNow();
        }
    }

    @Test
    void revisionsComeWholeHoweverTheyAreCut() throws Exception {
        script.add(WatchResponse.newBuilder().setCreated(true).build());
        script.add(message(true, put(5), put(5)));
        script.add(message(true, delete(5)));
        script.add(message(false, put(5), put(6), put(7)));
        script.add(message(false, put(8)));

        try (MigrationFeed feed = open(5)) {
            assertThat(feed.poll(PATIENCE_MILLIS))
                    .extracting(MigrationVersion::getMain, MigrationVersion::getSub, MigrationVersion::getTombstone)
                    .containsExactly(tuple(5L, 0, false), tuple(5L, 1, false), tuple(5L, 2, true), tuple(5L, 3, false));
            for (long revision = 6; revision <= 8; revision++) {
                assertThat(feed.poll(PATIENCE_MILLIS))
                        .extracting(MigrationVersion::getMain)
                        .containsExactly(revision);
            }
            assertThat(feed.poll(1)).isNull();
        }
    }

    @Test
    void aGapEndsEverything() throws Exception {
        script.add(message(false, put(5), put(7)));

        try (MigrationFeed feed = open(5)) {
            assertThatThrownBy(() -> feed.poll(PATIENCE_MILLIS))
                    .isInstanceOf(ToolException.class)
                    .hasMessageContaining("nothing of revision 6");
        }
    }

    @Test
    void whatIsCompactedOrCancelledIsSaid() throws Exception {
        script.add(WatchResponse.newBuilder()
                .setCanceled(true)
                .setCompactRevision(9)
                .build());
        try (MigrationFeed feed = open(5)) {
            assertThatThrownBy(() -> feed.poll(PATIENCE_MILLIS))
                    .isInstanceOfSatisfying(
                            MigrationFeed.CompactedException.class,
                            e -> assertThat(e.revision()).isEqualTo(9));
        }
        close();
        script.clear();
        script.add(WatchResponse.newBuilder()
                .setCanceled(true)
                .setCancelReason("no more")
                .build());
        try (MigrationFeed feed = open(5)) {
            assertThatThrownBy(() -> feed.poll(PATIENCE_MILLIS))
                    .isInstanceOf(MigrationFeed.EndedException.class)
                    .hasMessageContaining("no more");
        }
    }

    @Test
    void aServerThatGoesIsSaid() throws Exception {
        try (MigrationFeed feed = open(5)) {
            Objects.requireNonNull(server).shutdownNow();

            assertThatThrownBy(() -> feed.poll(PATIENCE_MILLIS)).isInstanceOf(MigrationFeed.EndedException.class);
        }
    }

    private MigrationFeed open(long from) throws IOException {
        Server started = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new WatchGrpc.WatchImplBase() {
                    @Override
                    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> out) {
                        return new StreamObserver<>() {
                            @Override
                            public void onNext(WatchRequest request) {
                                script.forEach(out::onNext);
                            }

                            @Override
                            public void onError(Throwable failure) {}

                            @Override
                            public void onCompleted() {}
                        };
                    }
                })
                .build()
                .start();
        server = started;
        ManagedChannel opened = new ToolEndpoint("127.0.0.1:" + started.getPort(), "", "", "", "", "").open("--from");
        channel = opened;
        return new MigrationFeed(opened, from);
    }

    private static WatchResponse message(boolean fragment, Event... events) {
        return WatchResponse.newBuilder()
                .setFragment(fragment)
                .addAllEvents(List.of(events))
                .build();
    }

    private static Event put(long revision) {
        return event(Event.EventType.PUT, revision);
    }

    private static Event delete(long revision) {
        return event(Event.EventType.DELETE, revision);
    }

    private static Event event(Event.EventType type, long revision) {
        return Event.newBuilder()
                .setType(type)
                .setKv(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setModRevision(revision))
                .build();
    }
}
