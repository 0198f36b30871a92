package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import dev.mainstay.node.backup.BackupException;
import dev.mainstay.node.backup.BackupManifest;
import dev.mainstay.node.backup.BackupSource;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import dev.mainstay.node.snapshot.CheckpointFile;
import dev.mainstay.proto.v1.BackupGrpc;
import dev.mainstay.proto.v1.CloseCheckpointRequest;
import dev.mainstay.proto.v1.DigestKeysRequest;
import dev.mainstay.proto.v1.DigestKeysResponse;
import dev.mainstay.proto.v1.OpenCheckpointRequest;
import dev.mainstay.proto.v1.OpenCheckpointResponse;
import dev.mainstay.proto.v1.ReadFileRequest;
import dev.mainstay.proto.v1.ReadFileResponse;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A checkpoint of a running member. A call that breaks is repeated where it stopped, for as long as the member keeps the checkpoint. */
final class MemberSource implements BackupSource {

    /** How long nothing may come in before the backup is given up. */
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final long OPEN_SECONDS = 120;
    private static final long CLOSE_SECONDS = 10;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final String endpoint;
    private final BackupGrpc.BackupBlockingStub member;
    private final OpenCheckpointResponse opened;
    private final List<CheckpointFile> files;
    private final long bytesPerSecond;

    private MemberSource(
            String endpoint, BackupGrpc.BackupBlockingStub member, OpenCheckpointResponse opened, long bytesPerSecond) {
        this.endpoint = endpoint;
        this.member = member;
        this.opened = opened;
        this.bytesPerSecond = bytesPerSecond;
        this.files = opened.getFilesList().stream()
                .map(file -> new CheckpointFile(
                        file.getName(),
                        file.getBytes(),
                        HexFormat.of().formatHex(file.getFingerprint().toByteArray())))
                .toList();
    }

    /**
     * Opens a checkpoint.
     *
     * @param endpoint for messages
     * @param bytesPerSecond that each file is read with at most; 0 for what the member allows
     */
    static MemberSource open(String endpoint, Channel channel, long bytesPerSecond) throws IOException {
        BackupGrpc.BackupBlockingStub stub = BackupGrpc.newBlockingStub(channel);
        try {
            OpenCheckpointResponse opened = stub.withDeadlineAfter(OPEN_SECONDS, TimeUnit.SECONDS)
                    .openCheckpoint(OpenCheckpointRequest.getDefaultInstance());
            return new MemberSource(endpoint, stub, opened, bytesPerSecond);
        } catch (StatusRuntimeException e) {
            throw refused(endpoint, e);
        }
    }

    private static BackupException refused(String endpoint, StatusRuntimeException e) {
        return new BackupException(
                BackupException.Reason.SOURCE,
                e.getStatus().getCode() == Status.Code.UNIMPLEMENTED
                        ? endpoint + " is no member of Mainstay that gives backups; for etcd take a snapshot"
                        : endpoint + " doesn't give a backup: " + ToolEndpoint.reason(e),
                e);
    }

    /** The member that gave it. */
    String member() {
        return MemberId.hex(opened.getMemberId()) + " at " + endpoint;
    }

    @Override
    public BackupManifest.Origin origin() {
        return new BackupManifest.Origin(
                "member",
                opened.getClusterId(),
                opened.getMemberId(),
                opened.getRaftTerm(),
                opened.getRaftIndex(),
                opened.getArchiveLine());
    }

    @Override
    public List<CheckpointFile> files() {
        return files;
    }

    @Override
    public InputStream read(CheckpointFile file) {
        return new Reading(file);
    }

    @Override
    public KeyspaceDigest digest() throws IOException {
        try {
            DigestKeysResponse digest = member.digestKeys(DigestKeysRequest.newBuilder()
                    .setCheckpointId(opened.getCheckpointId())
                    .build());
            if (digest.getRevision() != opened.getRevision()
                    || digest.getCompactRevision() != opened.getCompactRevision()) {
                throw new BackupException(
                        BackupException.Reason.SOURCE,
                        endpoint + " says of one checkpoint that it is at revisions " + opened.getRevision() + " and "
                                + digest.getRevision());
            }
            return new KeyspaceDigest(
                    digest.getRevision(), digest.getCompactRevision(), digest.getKeys(), digest.getHash());
        } catch (StatusRuntimeException e) {
            throw refused(endpoint, e);
        }
    }

    @Override
    public void close() {
        try {
            var _ = member.withDeadlineAfter(CLOSE_SECONDS, TimeUnit.SECONDS)
                    .closeCheckpoint(CloseCheckpointRequest.newBuilder()
                            .setCheckpointId(opened.getCheckpointId())
                            .build());
        } catch (StatusRuntimeException e) {
            // The member lets go of it by itself once nobody uses it.
        }
    }

    /** One file, asked for again behind what came in whenever a call breaks. One thread. */
    private final class Reading extends InputStream {

        private final CheckpointFile file;
        private Context.@Nullable CancellableContext call;
        private @Nullable Iterator<ReadFileResponse> answers;
        private ByteBuffer piece = ByteBuffer.allocate(0);
        private long had;
        private long lastByteNanos = System.nanoTime();
        private long pauseMillis = FIRST_PAUSE_MILLIS;

        Reading(CheckpointFile file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            while (!piece.hasRemaining()) {
                if (had >= file.bytes()) {
                    return -1;
                }
                fill();
            }
            int n = Math.min(length, piece.remaining());
            piece.get(to, offset, n);
            return n;
        }

        private void fill() throws IOException {
            try {
                Iterator<ReadFileResponse> now = answers();
                if (!now.hasNext()) {
                    throw new BackupException(
                            BackupException.Reason.SOURCE,
                            endpoint + " sent " + had + " bytes of " + file.name() + ", which has " + file.bytes());
                }
                ReadFileResponse answer = now.next();
                if (crc(answer.getData()) != answer.getCrc32C()) {
                    throw Status.UNAVAILABLE
                            .withDescription("bytes came in damaged")
                            .asRuntimeException();
                }
                piece = answer.getData().asReadOnlyByteBuffer();
                had += piece.remaining();
                lastByteNanos = System.nanoTime();
                pauseMillis = FIRST_PAUSE_MILLIS;
            } catch (StatusRuntimeException e) {
                hangUp();
                retryOrThrow(e);
            }
        }

        private Iterator<ReadFileResponse> answers() throws IOException {
            Iterator<ReadFileResponse> now = answers;
            if (now != null) {
                return now;
            }
            Context.CancellableContext context = Context.current().withCancellation();
            call = context;
            ReadFileRequest request = ReadFileRequest.newBuilder()
                    .setCheckpointId(opened.getCheckpointId())
                    .setName(file.name())
                    .setOffset(had)
                    .setBytesPerSecond(bytesPerSecond)
                    .build();
            try {
                now = context.call(() -> member.readFile(request));
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
            answers = now;
            return now;
        }

        private void retryOrThrow(StatusRuntimeException e) throws IOException {
            Status.Code code = e.getStatus().getCode();
            boolean mayPass = code == Status.Code.UNAVAILABLE
                    || code == Status.Code.RESOURCE_EXHAUSTED
                    || code == Status.Code.DEADLINE_EXCEEDED;
            if (!mayPass || System.nanoTime() - lastByteNanos > PATIENCE_NANOS) {
                throw refused(endpoint, e);
            }
            try {
                Thread.sleep(pauseMillis);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }

        private static int crc(ByteString data) {
            CRC32C crc = new CRC32C();
            data.asReadOnlyByteBufferList().forEach(crc::update);
            return (int) crc.getValue();
        }

        private void hangUp() {
            Context.CancellableContext now = call;
            if (now != null) {
                now.cancel(null);
            }
            call = null;
            answers = null;
        }

        @Override
        public void close() {
            hangUp();
        }
    }
}
