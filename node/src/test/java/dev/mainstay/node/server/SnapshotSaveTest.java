package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.SnapshotResponse;
import dev.mainstay.node.common.Sha256;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot that is streamed is saved whole or not at all. */
class SnapshotSaveTest {

    private static final byte[] DATABASE = "database".repeat(100).getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory = Path.of("");

    private String said = "";

    @Test
    void wholeSnapshotIsSavedHoweverItIsCutIntoPieces() throws Exception {
        byte[] whole = withHash(DATABASE);
        for (int piece : List.of(1, 31, 32, 33, 400, whole.length)) {
            assertThat(save(whole, piece, Status.OK)).isZero();
            assertThat(directory.resolve("s.db")).hasBinaryContent(whole);
            assertThat(directory.resolve("s.db.part")).doesNotExist();
            Files.delete(directory.resolve("s.db"));
        }
    }

    @Test
    void anythingElseLeavesNothing() throws Exception {
        byte[] whole = withHash(DATABASE);
        byte[] flipped = whole.clone();
        flipped[100] ^= 1;

        assertThat(save(flipped, 50, Status.OK)).isEqualTo(1);
        assertThat(said).contains("isn't whole");
        assertThat(save(Arrays.copyOf(whole, whole.length - 1), 50, Status.OK)).isEqualTo(1);
        assertThat(save(new byte[0], 50, Status.OK)).isEqualTo(1);
        assertThat(save(whole, 50, Status.DATA_LOSS.withDescription("the disk is gone")))
                .isEqualTo(1);
        assertThat(said).contains("the disk is gone");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void argumentsThatMakeNoSenseAreRefused() {
        assertThat(tool("save", "--endpoints=a:1,b:2", "x.db")).isEqualTo(128);
        assertThat(tool("save", "--endpoints=nonsense", "x.db")).isEqualTo(128);
        assertThat(tool("save", "--cert=c", "x.db")).isEqualTo(128);
        assertThat(tool("save")).isEqualTo(128);
    }

    private int save(byte[] bytes, int piece, Status end) throws IOException {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new MaintenanceGrpc.MaintenanceImplBase() {
                    @Override
                    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> out) {
                        for (int i = 0; i < bytes.length; i += piece) {
                            out.onNext(SnapshotResponse.newBuilder()
                                    .setBlob(ByteString.copyFrom(bytes, i, Math.min(piece, bytes.length - i)))
                                    .build());
                        }
                        if (end.isOk()) {
                            out.onCompleted();
                        } else {
                            out.onError(end.asRuntimeException());
                        }
                    }
                })
                .build()
                .start();
        try {
            return tool(
                    "save", directory.resolve("s.db").toString(), "--endpoints=http://127.0.0.1:" + server.getPort());
        } finally {
            server.shutdownNow();
        }
    }

    private int tool(String... arguments) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new SnapshotTool(
                        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(List.of(arguments));
        said = err.toString(StandardCharsets.UTF_8);
        return code;
    }

    private static byte[] withHash(byte[] database) {
        byte[] whole = Arrays.copyOf(database, database.length + 32);
        System.arraycopy(Sha256.of(database), 0, whole, database.length, 32);
        return whole;
    }
}
