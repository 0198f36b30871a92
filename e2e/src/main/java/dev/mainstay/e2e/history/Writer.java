package dev.mainstay.e2e.history;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Writes one request after the other until one fails, which is how it notices that the server was killed. Keeps its
 * numbering over runs. One thread at a time.
 */
public final class Writer {
    private static final int KEYS = 60;
    private static final long TTL_SECONDS = 1_000_000;
    private static final long CALL_TIMEOUT_SECONDS = 30;
    /** Leases a writer holds at most before it starts to give them back. */
    private static final int LEASES = 5;

    private final int number;
    private final Random random;
    private final WriteLog log;
    private final LongSupplier compactTo;
    private final List<Long> leases = new ArrayList<>();
    private long sequence;
    private long granted;

    /**
     * A writer that hasn't written yet.
     *
     * @param number its number, part of its keys and leases
     * @param compactTo up to which revision it may compact at the moment
     */
    public Writer(int number, long seed, WriteLog log, LongSupplier compactTo) {
        this.number = number;
        this.random = new Random(seed);
        this.log = log;
        this.compactTo = compactTo;
    }

    /** Writes until the server is gone; a refusal that isn't about that is thrown. */
    public void runUntilFailure(EtcdClient client) {
        while (true) {
            try {
                writeOne(client);
            } catch (StatusRuntimeException e) {
                switch (e.getStatus().getCode()) {
                    case UNAVAILABLE, CANCELLED, INTERNAL, UNKNOWN -> {
                        return;
                    }
                    default -> throw e;
                }
            }
        }
    }

    private void writeOne(EtcdClient client) {
        int kind = random.nextInt(100);
        if (kind < 55) {
            send(client, List.of(put()));
        } else if (kind < 70) {
            send(client, List.of(new Write.Delete(key())));
        } else if (kind < 92) {
            send(client, transaction());
        } else if (kind < 95) {
            grant(client);
        } else if (kind < 97 && leases.size() > LEASES) {
            send(client, List.of(new Write.Revoke(leases.removeFirst())));
        } else if (kind == 99 && random.nextInt(4) == 0) {
            compact(client);
        } else {
            send(client, List.of(put()));
        }
    }

    private void send(EtcdClient client, List<Write.Change> changes) {
        Write write = new Write(number, sequence, changes);
        log.sending(write);
        // The next one gets another number whatever comes of this one.
        sequence++;
        log.acknowledged(write, call(client, changes));
    }

    /** Makes the call; returns the revision it made, or 0 if it says that nothing changed. */
    private static long call(EtcdClient client, List<Write.Change> changes) {
        var kv = client.kv().withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (changes.size() > 1) {
            TxnRequest.Builder txn = TxnRequest.newBuilder();
            changes.forEach(change -> txn.addSuccess(operation(change)));
            return kv.txn(txn.build()).getHeader().getRevision();
        }
        return switch (changes.getFirst()) {
            case Write.Put put -> kv.put(request(put)).getHeader().getRevision();
            case Write.Delete delete -> {
                var deleted = kv.deleteRange(request(delete));
                yield deleted.getDeleted() == 0 ? 0 : deleted.getHeader().getRevision();
            }
            case Write.Revoke revoke -> {
                client.lease()
                        .withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .leaseRevoke(LeaseRevokeRequest.newBuilder()
                                .setID(revoke.lease())
                                .build());
                // Its header holds some revision at or after the revocation, so it says nothing certain.
                yield 0;
            }
        };
    }

    private void grant(EtcdClient client) {
        long lease = number * 1_000_000L + ++granted;
        log.granting(lease);
        client.lease()
                .withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .leaseGrant(LeaseGrantRequest.newBuilder()
                        .setID(lease)
                        .setTTL(TTL_SECONDS)
                        .build());
        log.granted(lease);
        leases.add(lease);
    }

    private void compact(EtcdClient client) {
        long revision = compactTo.getAsLong();
        if (revision <= log.compactedAtMost()) {
            return;
        }
        log.compacting(revision);
        try {
            client.kv()
                    .withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .compact(
                            CompactionRequest.newBuilder().setRevision(revision).build());
            log.compacted(revision);
        } catch (StatusRuntimeException e) {
            // Another writer may have been quicker.
            if (!String.valueOf(e.getStatus().getDescription()).contains("has been compacted")) {
                throw e;
            }
        }
    }

    private List<Write.Change> transaction() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 2 + random.nextInt(4); i > 0; i--) {
            int n = random.nextInt(KEYS);
            if (!numbers.contains(n)) {
                numbers.add(n);
            }
        }
        List<Write.Change> changes = new ArrayList<>();
        for (int n : numbers) {
            ByteString key = Write.key(number, n);
            // The first is always a put, so that the transaction always makes a revision and names itself.
            changes.add(
                    changes.isEmpty() || random.nextInt(3) > 0
                            ? new Write.Put(key, value(), lease())
                            : new Write.Delete(key));
        }
        return changes;
    }

    private Write.Put put() {
        return new Write.Put(key(), value(), lease());
    }

    private ByteString key() {
        return Write.key(number, random.nextInt(KEYS));
    }

    private ByteString value() {
        return Write.value(number, sequence, random.nextInt(random.nextInt(50) == 0 ? 20_000 : 300));
    }

    private long lease() {
        return leases.isEmpty() || random.nextInt(4) > 0 ? 0 : leases.get(random.nextInt(leases.size()));
    }

    private static RequestOp operation(Write.Change change) {
        return switch (change) {
            case Write.Put put ->
                RequestOp.newBuilder().setRequestPut(request(put)).build();
            case Write.Delete delete ->
                RequestOp.newBuilder().setRequestDeleteRange(request(delete)).build();
            case Write.Revoke revoke -> throw new IllegalArgumentException("no operation of a transaction: " + revoke);
        };
    }

    private static PutRequest request(Write.Put put) {
        return PutRequest.newBuilder()
                .setKey(put.key())
                .setValue(put.value())
                .setLease(put.lease())
                .build();
    }

    private static DeleteRangeRequest request(Write.Delete delete) {
        return DeleteRangeRequest.newBuilder().setKey(delete.key()).build();
    }
}
