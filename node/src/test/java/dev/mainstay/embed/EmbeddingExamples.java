package dev.mainstay.embed;

import com.google.protobuf.ByteString;
import dev.mainstay.embed.junit.MainstayExtension;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The examples of {@code docs/embedding.md}, which {@link EmbeddingPageTest} compares with these lines. */
final class EmbeddingExamples {

    private EmbeddingExamples() {}

    static void oneMember(Path directory) {
        try (EmbeddedMember member =
                EmbeddedMember.builder().dataDirectory(directory).start()) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", member.port())
                    .usePlaintext()
                    .build();
            var _ = KVGrpc.newBlockingStub(channel)
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("greeting"))
                            .setValue(ByteString.copyFromUtf8("hello"))
                            .build());
            channel.shutdownNow();
        }
    }

    static void threeMembers(Fault yourTest) {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(3)) {
            EmbeddedMember leader = cluster.leader().orElseThrow();
            leader.stop();
            yourTest.run(cluster.endpoints());
            leader.start();
        }
    }

    /** What the reader puts in its place. */
    interface Fault {
        void run(Iterable<String> endpoints);
    }

    static class OrdersTest {

        @RegisterExtension
        static final MainstayExtension MAINSTAY = MainstayExtension.member();

        @Test
        void ordersAreKept(EmbeddedMember member) {
            Orders orders = new Orders(member.endpoint());
            orders.add("apples");
        }
    }

    /** The reader's. */
    record Orders(String endpoint) {
        void add(String what) {}
    }
}
