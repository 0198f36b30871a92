package dev.mainstay.node.api;

import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.SnapshotResponse;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Sha256;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * One Snapshot call: the store in messages of {@value #CHUNK_BYTES} bytes, then its SHA-256. A message is made when the client has
 * room for it. {@link #send} is one thread's; the listener's methods are the transport's.
 */
final class SnapshotStreaming extends PatientStream<SnapshotRequest, SnapshotResponse> {

    private static final System.Logger LOG = System.getLogger(SnapshotStreaming.class.getName());

    private static final int CHUNK_BYTES = 32 << 10;
    private static final long NOTICE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Status FAILED = Status.UNKNOWN.withDescription("etcdserver: the snapshot failed");
    private static final Status TOO_SLOW = Status.UNAVAILABLE.withDescription(
            "etcdserver: nobody read the snapshot for " + SnapshotStreams.PATIENCE.toMinutes() + " minutes");

    private final String version;
    private final LongConsumer sentBytes;

    /**
     * @param stopped whether the member stops
     * @param sentBytes hears of every message's
     */
    SnapshotStreaming(
            ServerCall<SnapshotRequest, SnapshotResponse> call,
            String version,
            BooleanSupplier stopped,
            LongConsumer sentBytes) {
        super(call, SnapshotStreams.PATIENCE, stopped);
        this.version = version;
        this.sentBytes = sentBytes;
    }

    /** Sends everything; whether that was so. */
    boolean send(StoreExports exports) {
        try {
            long start = System.nanoTime();
            begin();
            try (StoreExports.StoreExport export = exports.open(this::isOver)) {
                LOG.log(
                        Level.INFO,
                        "sending a snapshot at revision " + export.revision() + ", " + export.bytes()
                                + " bytes, to a client");
                Messages messages = new Messages(export.bytes());
                export.writeTo(messages);
                messages.end();
            }
            end(Status.OK);
            LOG.log(
                    Level.INFO,
                    "sent a snapshot to a client in " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)
                            + " ms");
            return true;
        } catch (SlowException e) {
            LOG.log(Level.WARNING, "a client reads its snapshot no further and is let go");
            end(TOO_SLOW);
        } catch (IOException | RuntimeException e) {
            if (isOver()) {
                LOG.log(Level.INFO, "a snapshot for a client was given up: it is gone, or this member stops");
                end(Statuses.of(ErrorCode.STOPPED));
            } else {
                LOG.log(Level.ERROR, "a snapshot for a client failed", e);
                end(FAILED);
            }
        }
        return false;
    }

    /** Cuts the snapshot into messages. */
    private final class Messages extends OutputStream {

        private final MessageDigest digest = Sha256.start();
        private final long total;
        private long left;
        private byte[] chunk;
        private int filled;
        private long noticed = System.nanoTime();

        Messages(long total) {
            this.total = total;
            this.left = total;
            this.chunk = chunk();
        }

        private byte[] chunk() {
            return new byte[(int) Math.min(CHUNK_BYTES, left)];
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                if (chunk.length == 0) {
                    throw new IOException("a snapshot is longer than it was");
                }
                int part = Math.min(length - done, chunk.length - filled);
                System.arraycopy(bytes, offset + done, chunk, filled, part);
                filled += part;
                done += part;
                if (filled == chunk.length) {
                    next();
                }
            }
        }

        private void next() throws IOException {
            digest.update(chunk);
            left -= chunk.length;
            send(chunk);
            chunk = chunk();
            filled = 0;
            long now = System.nanoTime();
            if (now - noticed > NOTICE_NANOS) {
                noticed = now;
                LOG.log(Level.INFO, "sent " + (total - left) + " of " + total + " bytes of a snapshot to a client");
            }
        }

        private void send(byte[] blob) throws IOException {
            SnapshotStreaming.this.send(() -> SnapshotResponse.newBuilder()
                    .setRemainingBytes(left)
                    .setBlob(UnsafeByteOperations.unsafeWrap(blob))
                    .setVersion(version)
                    .build());
            sentBytes.accept(blob.length);
        }

        void end() throws IOException {
            if (left != 0) {
                throw new IOException("a snapshot is " + left + " bytes shorter than it was");
            }
            send(digest.digest());
        }
    }
}
