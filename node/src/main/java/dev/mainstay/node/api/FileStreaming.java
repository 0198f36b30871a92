package dev.mainstay.node.api;

import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.snapshot.ClientCheckpoints;
import dev.mainstay.node.snapshot.Pace;
import dev.mainstay.node.snapshot.SnapshotException;
import dev.mainstay.proto.v1.ReadFileRequest;
import dev.mainstay.proto.v1.ReadFileResponse;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** One ReadFile call: the file in messages of {@value #CHUNK_BYTES} bytes, no faster than was asked for. */
final class FileStreaming extends PatientStream<ReadFileRequest, ReadFileResponse> {

    private static final System.Logger LOG = System.getLogger(FileStreaming.class.getName());

    private static final int CHUNK_BYTES = 128 << 10;

    /** What a member gives to one reader at most, so that its disk has time for others. */
    private static final long MOST_BYTES_PER_SECOND = 200_000_000;

    private final ReadFileRequest request;
    private final LongConsumer sentBytes;
    private final Pace pace;

    /** @param sentBytes hears of every message's */
    FileStreaming(
            ReadFileRequest request,
            ServerCall<ReadFileRequest, ReadFileResponse> call,
            BooleanSupplier stopped,
            LongConsumer sentBytes) {
        super(call, ClientCheckpoints.IDLE, stopped);
        this.request = request;
        this.sentBytes = sentBytes;
        this.pace = new Pace(
                request.getBytesPerSecond() <= 0
                        ? MOST_BYTES_PER_SECOND
                        : Math.min(request.getBytesPerSecond(), MOST_BYTES_PER_SECOND),
                System::nanoTime);
    }

    /** Sends all of it, or ends the call with the reason. */
    void send(ClientCheckpoints checkpoints) {
        begin();
        try {
            checkpoints.read(request.getCheckpointId(), request.getName(), this::send);
            end(Status.OK);
        } catch (SnapshotException e) {
            end(BackupService.status(e));
        } catch (SlowException e) {
            LOG.log(Level.WARNING, "a client reads its backup no further and is let go");
            end(Status.DEADLINE_EXCEEDED.withDescription(
                    "mainstay: nobody read on for " + ClientCheckpoints.IDLE.toMinutes() + " minutes"));
        } catch (IOException | RuntimeException e) {
            if (isOver()) {
                end(Statuses.of(ErrorCode.STOPPED));
            } else {
                LOG.log(Level.ERROR, "a file can't be read for a backup", e);
                end(BackupService.FAILED);
            }
        }
    }

    private void send(FileChannel file, long bytes) throws IOException {
        long at = request.getOffset();
        if (at < 0 || at > bytes) {
            throw new SnapshotException(
                    SnapshotException.Reason.BAD_REQUEST, "offset " + at + " of a file of " + bytes + " bytes");
        }
        while (at < bytes) {
            if (isOver()) {
                throw new IOException("nobody wants it any more");
            }
            int length = (int) Math.min(CHUNK_BYTES, bytes - at);
            LockSupport.parkNanos(Math.min(pace.waitNanos(length), TimeUnit.SECONDS.toNanos(10)));
            long from = at;
            send(() -> message(file, from, length));
            sentBytes.accept(length);
            at += length;
        }
    }

    private static ReadFileResponse message(FileChannel file, long from, int length) throws IOException {
        byte[] piece = new byte[length];
        ByteBuffer room = ByteBuffer.wrap(piece);
        while (room.hasRemaining()) {
            if (file.read(room, from + room.position()) < 0) {
                throw new EOFException("the file is shorter than it was");
            }
        }
        CRC32C crc = new CRC32C();
        crc.update(piece);
        return ReadFileResponse.newBuilder()
                .setData(UnsafeByteOperations.unsafeWrap(piece))
                .setCrc32C((int) crc.getValue())
                .build();
    }
}
