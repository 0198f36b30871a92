package dev.mainstay.e2e.migration;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.Pause;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who writes to a server without a pause, in every way that there is: puts with and without leases, transactions of several
 * keys, deletions of ranges, leases that end or run out, compactions. Runs on a thread of its own until {@link #stop}.
 */
public final class SourceLoad implements AutoCloseable {
    private static final int LEASES = 20;

    /** Revisions that its compactions leave: whoever follows may be away for some seconds. */
    private static final int HISTORY = 2_000;

    private static final long LONG_TTL_SECONDS = 3_000;

    private final EtcdClient client;
    private final Random random;
    private final int keys;
    private final long pauseMillis;
    private final List<Long> leases = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile long revision;
    private long compacted = HISTORY;
    private volatile @Nullable RuntimeException failure;

    private SourceLoad(String endpoint, long seed, int keys, long pauseMillis) {
        this.client = new EtcdClient(endpoint);
        this.random = new Random(seed);
        this.keys = keys;
        this.pauseMillis = pauseMillis;
        this.thread = new Thread(this::run, "source-load");
    }

    /**
     * Begins to write.
     *
     * @param keys how many there may be
     * @param pauseMillis between two writes
     */
    public static SourceLoad start(String endpoint, long seed, int keys, long pauseMillis) {
        SourceLoad load = new SourceLoad(endpoint, seed, keys, pauseMillis);
        load.thread.start();
        return load;
    }

    /** The newest revision it has made. */
    public long revision() {
        return revision;
    }

    private void run() {
        try {
            while (!stopped) {
                write();
                if (pauseMillis > 0) {
                    Pause.millis(pauseMillis);
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void write() {
        switch (random.nextInt(40)) {
            case 0 -> {
                leases.add(grant(LONG_TTL_SECONDS));
                if (leases.size() > LEASES) {
                    long ended = leases.remove(random.nextInt(LEASES));
                    revision = client.lease()
                            .leaseRevoke(
                                    LeaseRevokeRequest.newBuilder().setID(ended).build())
                            .getHeader()
                            .getRevision();
                }
            }
            // It runs out by itself, and takes its key along.
            case 1 -> put("short/" + random.nextInt(10), grant(1));
            case 2, 3, 4, 5 -> transaction();
            case 6 ->
                revision = client.kv()
                        .deleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(key())
                                .setRangeEnd(ByteString.copyFromUtf8("k~"))
                                .build())
                        .getHeader()
                        .getRevision();
            case 7 -> {
                long target = revision - HISTORY;
                if (target > compacted && random.nextInt(3) == 0) {
                    compacted = target;
                    client.kv()
                            .compact(CompactionRequest.newBuilder()
                                    .setRevision(target)
                                    .build());
                }
            }
            case 8, 9, 10 -> put("leased/" + random.nextInt(50), leases.isEmpty() ? 0 : any());
            default -> put("load/" + random.nextInt(keys), 0);
        }
    }

    private long any() {
        return leases.get(random.nextInt(leases.size()));
    }

    private long grant(long ttlSeconds) {
        return client.lease()
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build())
                .getID();
    }

    private void put(String key, long lease) {
        revision = client.kv()
                .put(put(ByteString.copyFromUtf8(key), lease))
                .getHeader()
                .getRevision();
    }

    private PutRequest put(ByteString key, long lease) {
        byte[] value = new byte[random.nextInt(400)];
        random.nextBytes(value);
        return PutRequest.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFrom(value))
                .setLease(lease)
                .build();
    }

    private void transaction() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < 4; i++) {
            ByteString key = ByteString.copyFromUtf8("txn/" + i + "/" + random.nextInt(20));
            RequestOp.Builder operation = RequestOp.newBuilder();
            if (random.nextInt(3) == 0) {
                operation.setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key));
            } else {
                operation.setRequestPut(put(key, 0));
            }
            txn.addSuccess(operation);
        }
        revision = client.kv().txn(txn.build()).getHeader().getRevision();
    }

    private ByteString key() {
        return ByteString.copyFromUtf8("k" + random.nextInt(10));
    }

    /** Ends; fails if a write did. */
    public void stop() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        RuntimeException failed = failure;
        if (failed != null) {
            throw new IllegalStateException("the source took no more writes", failed);
        }
    }

    @Override
    public void close() {
        stopped = true;
        client.close();
    }
}
