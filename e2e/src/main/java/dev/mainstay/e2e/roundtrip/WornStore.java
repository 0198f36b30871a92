package dev.mainstay.e2e.roundtrip;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Fills a server with many keys and makes it look used: keys made alone and in transactions, some with leases; then a fifth is
 * overwritten, a tenth deleted, the history until then compacted away, and some more overwritten, deleted and made again.
 */
final class WornStore {
    private static final int AT_ONCE = 500;
    private static final int IN_A_TRANSACTION = 50;
    private static final int GROUPS = 100;
    private static final int KEYS_A_LEASE = 1_000;
    private static final int MOST_VALUE_BYTES = 256;
    private static final long TTL_SECONDS = 1_000_000;

    private final EtcdClient client;
    private final int keys;
    private final Random random;
    private final List<Long> leases = new ArrayList<>();
    private final Deque<Future<?>> pending = new ArrayDeque<>();

    private WornStore(EtcdClient client, int keys, long seed) {
        this.client = client;
        this.keys = keys;
        this.random = new Random(seed);
    }

    /**
     * Fills an empty server.
     *
     * @param keys how many are made to begin with
     * @param seed of what is written; not of the order, since much is under way at once
     * @return the revision that history begins with
     */
    static long fill(EtcdClient client, int keys, long seed) throws InterruptedException, ExecutionException {
        WornStore store = new WornStore(client, keys, seed);
        store.create();
        long compacted = store.compactAfterChanges();
        store.overwrite(keys / 10);
        store.delete(keys / 20);
        store.overwrite(keys / 20);
        store.await(0);
        return compacted;
    }

    /** Keys that cut all that there are into parts of a bearable size, from the first to no end. */
    static List<ByteString> parts() {
        ByteString zero = ByteString.copyFrom(new byte[1]);
        List<ByteString> parts = new ArrayList<>();
        parts.add(zero);
        IntStream.range(0, GROUPS).mapToObj(WornStore::prefix).forEach(parts::add);
        parts.add(zero);
        return parts;
    }

    private void create() throws InterruptedException, ExecutionException {
        for (int i = 0; i < 1 + keys / KEYS_A_LEASE; i++) {
            leases.add(client.lease()
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setTTL(TTL_SECONDS + i)
                            .build())
                    .getID());
        }
        int made = 0;
        while (made < keys) {
            if (random.nextInt(20) == 0) {
                TxnRequest.Builder txn = TxnRequest.newBuilder();
                for (int i = 0; i < IN_A_TRANSACTION && made < keys; i++) {
                    txn.addSuccess(RequestOp.newBuilder().setRequestPut(put(made++)));
                }
                send(client.kvAsync().txn(txn.build()));
            } else {
                send(client.kvAsync().put(put(made++)));
            }
        }
        await(0);
    }

    private long compactAfterChanges() throws InterruptedException, ExecutionException {
        overwrite(keys / 5);
        delete(keys / 10);
        await(0);
        long revision = client.kv().put(put(0)).getHeader().getRevision();
        client.kv()
                .compact(CompactionRequest.newBuilder()
                        .setRevision(revision)
                        .setPhysical(true)
                        .build());
        return revision;
    }

    private void overwrite(int times) throws InterruptedException, ExecutionException {
        for (int i = 0; i < times; i++) {
            send(client.kvAsync().put(put(random.nextInt(keys))));
        }
    }

    /** One by one, and now and then a range of ten. */
    private void delete(int times) throws InterruptedException, ExecutionException {
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(keys);
            DeleteRangeRequest.Builder request = DeleteRangeRequest.newBuilder().setKey(key(at));
            if (random.nextInt(50) == 0) {
                request.setRangeEnd(key(at + 10 * GROUPS));
            }
            send(client.kvAsync().deleteRange(request.build()));
        }
    }

    private PutRequest put(int number) {
        byte[] value = new byte[random.nextInt(MOST_VALUE_BYTES)];
        random.nextBytes(value);
        return PutRequest.newBuilder()
                .setKey(key(number))
                .setValue(ByteString.copyFrom(value))
                .setLease(random.nextInt(10) == 0 ? leases.get(random.nextInt(leases.size())) : 0)
                .build();
    }

    private static ByteString key(int number) {
        return prefix(number % GROUPS).concat(ByteString.copyFromUtf8("%09d".formatted(number)));
    }

    private static ByteString prefix(int group) {
        return ByteString.copyFromUtf8("worn/%02d/".formatted(group));
    }

    private void send(ListenableFuture<?> answer) throws InterruptedException, ExecutionException {
        pending.add(answer);
        await(AT_ONCE);
    }

    private void await(int left) throws InterruptedException, ExecutionException {
        while (pending.size() > left) {
            Object _ = pending.remove().get();
        }
    }
}
