package dev.mainstay.node.api;

import com.google.protobuf.ByteString;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import dev.mainstay.node.snapshot.CheckpointFile;
import dev.mainstay.node.snapshot.ClientCheckpoints;
import dev.mainstay.node.snapshot.SnapshotException;
import dev.mainstay.proto.v1.BackupGrpc;
import dev.mainstay.proto.v1.CloseCheckpointRequest;
import dev.mainstay.proto.v1.CloseCheckpointResponse;
import dev.mainstay.proto.v1.DigestKeysRequest;
import dev.mainstay.proto.v1.DigestKeysResponse;
import dev.mainstay.proto.v1.OpenCheckpointRequest;
import dev.mainstay.proto.v1.OpenCheckpointResponse;
import dev.mainstay.proto.v1.ReadFileRequest;
import dev.mainstay.proto.v1.ReadFileResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The Backup service, Mainstay's own: checkpoints of the store for those who back it up. Each call has a thread of its own, of which there
 * are a few; others are refused, and come again. Any thread.
 */
public final class BackupService implements AutoCloseable {

    static final Status FAILED = Status.UNKNOWN.withDescription("mainstay: the checkpoint can't be read");

    private static final System.Logger LOG = System.getLogger(BackupService.class.getName());

    /** Calls at a time: two backups with a few files each under way. */
    private static final int MOST_CALLS = 10;

    private static final long STOP_SECONDS = 5;

    private final ClientCheckpoints checkpoints;
    private final ApiSettings settings;
    private final ExecutorService threads;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong sentBytes = new AtomicLong();
    private volatile boolean stopped;

    BackupService(ClientCheckpoints checkpoints, ApiSettings settings) {
        this.checkpoints = checkpoints;
        this.settings = settings;
        this.threads = new ThreadPoolExecutor(0, MOST_CALLS, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "backup");
            thread.setDaemon(true);
            return thread;
        });
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(BackupGrpc.getServiceDescriptor())
                .add(
                        BackupGrpc.getOpenCheckpointMethod(),
                        OpenCheckpointRequest.getDefaultInstance(),
                        OpenCheckpointResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::open))
                .add(
                        BackupGrpc.getReadFileMethod(),
                        ReadFileRequest.getDefaultInstance(),
                        ReadFileResponse.getDefaultInstance(),
                        UnaryCalls.streaming(this::read))
                .add(
                        BackupGrpc.getDigestKeysMethod(),
                        DigestKeysRequest.getDefaultInstance(),
                        DigestKeysResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::digest))
                .add(
                        BackupGrpc.getCloseCheckpointMethod(),
                        CloseCheckpointRequest.getDefaultInstance(),
                        CloseCheckpointResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::close))
                .build();
    }

    /** Calls under way. */
    public int calls() {
        return calls.get();
    }

    /** Bytes of files sent since the start. */
    public long sentBytes() {
        return sentBytes.get();
    }

    static Status status(SnapshotException e) {
        Status status = switch (e.reason()) {
            case UNKNOWN_SNAPSHOT -> Status.NOT_FOUND;
            case TOO_MANY -> Status.RESOURCE_EXHAUSTED;
            case BAD_REQUEST -> Status.INVALID_ARGUMENT;
            case DAMAGED -> Status.DATA_LOSS;
        };
        return status.withDescription("mainstay: " + e.getMessage());
    }

    private void open(OpenCheckpointRequest request, UnaryCalls.Responder<OpenCheckpointResponse> responder) {
        work(responder, () -> {
            ClientCheckpoints.Opened opened = checkpoints.open();
            if (responder.isCancelled()) {
                checkpoints.close(opened.id());
                return;
            }
            OpenCheckpointResponse.Builder response = OpenCheckpointResponse.newBuilder()
                    .setCheckpointId(opened.id())
                    .setClusterId(settings.clusterId())
                    .setMemberId(settings.memberId())
                    .setRaftTerm(opened.standing().position().term())
                    .setRaftIndex(opened.standing().position().index())
                    .setRevision(opened.standing().revision())
                    .setCompactRevision(opened.standing().compactRevision())
                    .setArchiveLine(opened.standing().archiveLine());
            for (CheckpointFile file : opened.files()) {
                response.addFiles(dev.mainstay.proto.v1.CheckpointFile.newBuilder()
                        .setName(file.name())
                        .setBytes(file.bytes())
                        .setFingerprint(ByteString.copyFrom(HexFormat.of().parseHex(file.fingerprint()))));
            }
            responder.reply(response.build());
        });
    }

    private ServerCall.Listener<ReadFileRequest> read(
            ReadFileRequest request, ServerCall<ReadFileRequest, ReadFileResponse> call) {
        FileStreaming stream = new FileStreaming(request, call, () -> stopped, sentBytes::addAndGet);
        if (!execute(() -> stream.send(checkpoints))) {
            call.close(busy(), new Metadata());
        }
        return stream;
    }

    private void digest(DigestKeysRequest request, UnaryCalls.Responder<DigestKeysResponse> responder) {
        work(responder, () -> {
            KeyspaceDigest digest =
                    checkpoints.digest(request.getCheckpointId(), () -> stopped || responder.isCancelled());
            responder.reply(DigestKeysResponse.newBuilder()
                    .setRevision(digest.revision())
                    .setCompactRevision(digest.compactRevision())
                    .setKeys(digest.keys())
                    .setHash(digest.hash())
                    .build());
        });
    }

    private void close(CloseCheckpointRequest request, UnaryCalls.Responder<CloseCheckpointResponse> responder) {
        work(responder, () -> {
            checkpoints.close(request.getCheckpointId());
            responder.reply(CloseCheckpointResponse.getDefaultInstance());
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    private void work(UnaryCalls.Responder<?> responder, Work work) {
        boolean taken = execute(() -> {
            try {
                work.run();
            } catch (SnapshotException e) {
                responder.refuse(status(e));
            } catch (IOException | RuntimeException e) {
                if (stopped || responder.isCancelled()) {
                    responder.refuse(ErrorCode.STOPPED);
                } else {
                    LOG.log(Level.ERROR, "a call for a backup failed", e);
                    responder.refuse(FAILED);
                }
            }
        });
        if (!taken) {
            responder.refuse(busy());
        }
    }

    private Status busy() {
        return Statuses.of(stopped ? ErrorCode.STOPPED : ErrorCode.TOO_MANY_REQUESTS);
    }

    private boolean execute(Runnable work) {
        try {
            threads.execute(() -> {
                calls.incrementAndGet();
                try {
                    work.run();
                } finally {
                    calls.decrementAndGet();
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Ends those under way; the store may be closed afterwards. */
    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
        try {
            boolean _ = threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
