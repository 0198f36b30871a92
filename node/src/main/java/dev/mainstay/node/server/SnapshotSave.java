package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.SnapshotResponse;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.snapshot.Trees;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Saves a snapshot that a running member streams. The file gets its name when it is whole, durable, and what its hash was made of;
 * until then it is called the same with {@code .part} behind.
 */
final class SnapshotSave {

    private static final int HASH_BYTES = 32;
    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    private static final long LOGIN_SECONDS = 10;
    private static final long NEWS_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final Source source;
    private final PrintStream err;
    private final LongSupplier nanoClock;

    /**
     * Where from, and as whom.
     *
     * @param endpoint a URL, or {@code host:port} for plaintext
     * @param caCertificate empty for the authorities that Java knows
     * @param certificate empty for none
     * @param user empty for nobody
     */
    record Source(
            String endpoint, String caCertificate, String certificate, String key, String user, String password) {}

    /** @param err hears of progress */
    SnapshotSave(Source source, PrintStream err, LongSupplier nanoClock) {
        this.source = source;
        this.err = err;
        this.nanoClock = nanoClock;
    }

    /** @throws IOException or {@link ToolException} if it can't be saved, with the reason; nothing of it is left then */
    void to(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        ManagedChannel channel = channel();
        try {
            long bytes = receive(channel, part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            Trees.forceParent(file.toAbsolutePath());
            err.println(bytes + " bytes received, their hash is right");
        } catch (StatusRuntimeException e) {
            Files.deleteIfExists(part);
            throw ToolException.failed(source.endpoint() + " doesn't give a snapshot: " + reason(e));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        } finally {
            channel.shutdownNow();
        }
    }

    /** What the member said, or why it couldn't be asked. */
    private static String reason(StatusRuntimeException failure) {
        Throwable cause = failure.getCause();
        if (cause == null) {
            String said = failure.getStatus().getDescription();
            return said == null ? failure.getStatus().getCode().toString() : said;
        }
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }

    private ManagedChannel channel() throws IOException {
        URI uri = URI.create(source.endpoint().contains("://") ? source.endpoint() : "http://" + source.endpoint());
        if (uri.getHost() == null || uri.getPort() < 0) {
            throw ToolException.usage("--endpoints: \"" + source.endpoint() + "\" is no URL with host and port");
        }
        NettyChannelBuilder builder;
        if ("https".equals(uri.getScheme())) {
            TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
            if (!source.caCertificate().isEmpty()) {
                tls.trustManager(new File(source.caCertificate()));
            }
            if (!source.certificate().isEmpty()) {
                tls.keyManager(new File(source.certificate()), new File(source.key()));
            }
            builder = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort(), tls.build());
        } else {
            builder =
                    NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort()).usePlaintext();
        }
        return builder.maxInboundMessageSize(MAX_MESSAGE_BYTES).build();
    }

    private long receive(ManagedChannel channel, Path part) throws IOException {
        MaintenanceGrpc.MaintenanceBlockingStub stub = MaintenanceGrpc.newBlockingStub(channel);
        if (!source.user().isEmpty()) {
            Metadata headers = new Metadata();
            headers.put(TOKEN, login(channel));
            stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        }
        Iterator<SnapshotResponse> answers = stub.snapshot(SnapshotRequest.getDefaultInstance());
        MessageDigest digest = Sha256.start();
        byte[] tail = {};
        long bytes = 0;
        long toldNanos = nanoClock.getAsLong();
        try (FileChannel out = FileChannel.open(
                part,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            while (answers.hasNext()) {
                SnapshotResponse answer = answers.next();
                ByteString blob = answer.getBlob();
                write(out, blob);
                bytes += blob.size();
                tail = digested(digest, tail, blob);
                long now = nanoClock.getAsLong();
                if (now - toldNanos >= NEWS_NANOS) {
                    toldNanos = now;
                    err.println(ToolOutput.size(bytes) + " of " + ToolOutput.size(bytes + answer.getRemainingBytes()));
                }
            }
            out.force(true);
        }
        if (tail.length < HASH_BYTES || !Arrays.equals(digest.digest(), tail)) {
            throw ToolException.failed("what " + source.endpoint()
                    + " sent isn't whole: its hash is of something else. Nothing was saved; try again.");
        }
        return bytes;
    }

    private String login(ManagedChannel channel) {
        return AuthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(LOGIN_SECONDS, TimeUnit.SECONDS)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(source.user())
                        .setPassword(source.password())
                        .build())
                .getToken();
    }

    private static void write(FileChannel out, ByteString blob) throws IOException {
        for (ByteBuffer piece : blob.asReadOnlyByteBufferList()) {
            while (piece.hasRemaining()) {
                out.write(piece);
            }
        }
    }

    /** Digests all but what may be the hash at the end; that is answered. */
    private static byte[] digested(MessageDigest digest, byte[] tail, ByteString blob) {
        ByteString both = ByteString.copyFrom(tail).concat(blob);
        int keep = Math.min(HASH_BYTES, both.size());
        both.substring(0, both.size() - keep).asReadOnlyByteBufferList().forEach(digest::update);
        return both.substring(both.size() - keep).toByteArray();
    }
}
