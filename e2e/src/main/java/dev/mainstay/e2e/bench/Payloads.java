package dev.mainstay.e2e.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Request bytes of the cases. Keys are shaped like those of Kubernetes. */
final class Payloads {

    static final String PODS = "/registry/pods/";

    /** Far more than a compression window, so that values taken from different places gain nothing by compression. */
    private static final int NOISE_BYTES = 8 << 20;

    private static final int STRIDE = 1_000_003;

    private final int valueBytes;
    private final ByteString noise;

    /** @param valueBytes size of every value */
    Payloads(int valueBytes) {
        byte[] bytes = new byte[NOISE_BYTES];
        new Random(42).nextBytes(bytes);
        this.valueBytes = valueBytes;
        this.noise = UnsafeByteOperations.unsafeWrap(bytes);
    }

    /** A key of fixed length; built by hand because it is made for every request. */
    static ByteString key(String prefix, long number) {
        byte[] key = (prefix + "namespace-000/object-000000000").getBytes(StandardCharsets.US_ASCII);
        digits(key, prefix.length() + 13, number % 100);
        digits(key, key.length, number);
        return ByteString.copyFrom(key);
    }

    private static void digits(byte[] text, int end, long number) {
        int at = end;
        for (long rest = number; rest > 0; rest /= 10) {
            text[--at] = (byte) ('0' + rest % 10);
        }
    }

    byte[] put(String prefix, long number) {
        return putRequest(key(prefix, number), number).toByteArray();
    }

    private PutRequest putRequest(ByteString key, long number) {
        int from = (int) (number * STRIDE % (NOISE_BYTES - valueBytes));
        return PutRequest.newBuilder()
                .setKey(key)
                .setValue(noise.substring(from, from + valueBytes))
                .build();
    }

    static byte[] get(String prefix, long number) {
        return RangeRequest.newBuilder().setKey(key(prefix, number)).build().toByteArray();
    }

    /** The transaction by which Kubernetes creates ({@code modRevision} 0) or updates an object. */
    byte[] txn(String prefix, long number, long modRevision) {
        ByteString key = key(prefix, number);
        TxnRequest.Builder txn = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(key)
                        .setTarget(Compare.CompareTarget.MOD)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setModRevision(modRevision))
                .addSuccess(RequestOp.newBuilder().setRequestPut(putRequest(key, number)));
        if (modRevision != 0) {
            txn.addFailure(RequestOp.newBuilder()
                    .setRequestRange(RangeRequest.newBuilder().setKey(key)));
        }
        return txn.build().toByteArray();
    }

    /** A page of a list: from a key on, to the end of the prefix, at a revision. */
    static byte[] page(ByteString from, String prefix, int limit, long revision) {
        return RangeRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(end(prefix))
                .setLimit(limit)
                .setRevision(revision)
                .build()
                .toByteArray();
    }

    static byte[] count(String prefix) {
        return RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(prefix))
                .setRangeEnd(end(prefix))
                .setCountOnly(true)
                .build()
                .toByteArray();
    }

    static byte[] watch(String prefix) {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(prefix))
                        .setRangeEnd(end(prefix)))
                .build()
                .toByteArray();
    }

    /** The end of a prefix whose last byte is below 0xff. */
    static ByteString end(String prefix) {
        byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 1]++;
        return ByteString.copyFrom(bytes);
    }
}
