package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.SnapshotResponse;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.snapshot.Trees;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintStream;
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
    private static final long NEWS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ToolEndpoint source;
    private final PrintStream err;
    private final LongSupplier nanoClock;

    /** @param err hears of progress */
    SnapshotSave(ToolEndpoint source, PrintStream err, LongSupplier nanoClock) {
        this.source = source;
        this.err = err;
        this.nanoClock = nanoClock;
    }

    /** @throws IOException or {@link ToolException} if it can't be saved, with the reason; nothing of it is left then */
    void to(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (MemberClient member = new MemberClient(source)) {
            long bytes = receive(member.channel(), part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            Trees.forceParent(file.toAbsolutePath());
            err.println(bytes + " bytes received, their hash is right");
        } catch (StatusRuntimeException e) {
            Files.deleteIfExists(part);
            throw ToolException.failed(source.endpoint() + " doesn't give a snapshot: " + ToolEndpoint.reason(e));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
    }

    private long receive(Channel channel, Path part) throws IOException {
        Iterator<SnapshotResponse> answers =
                MaintenanceGrpc.newBlockingStub(channel).snapshot(SnapshotRequest.getDefaultInstance());
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
