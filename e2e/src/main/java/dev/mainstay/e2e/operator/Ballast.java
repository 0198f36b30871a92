package dev.mainstay.e2e.operator;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Random;

/**
 * Fills a cluster up to its quota, or deletes that again and compacts. Runs in a pod:
 *
 * <pre>Ballast fill|empty ENDPOINT [CERTIFICATES]</pre>
 */
public final class Ballast {
    private static final int BYTES = 512 << 10;
    private static final int MOST = 20_000;

    private Ballast() {}

    /** See above. */
    public static void main(String[] arguments) {
        try (Connection connection = new Connection(arguments[1], arguments.length > 2 ? arguments[2] : "");
                EtcdClient client = new EtcdClient(connection.open())) {
            if (arguments[0].equals("fill")) {
                fill(client);
            } else {
                empty(client);
            }
        }
    }

    private static void fill(EtcdClient client) {
        byte[] value = new byte[BYTES];
        // What can't be compressed.
        new Random(7).nextBytes(value);
        for (int n = 0; n < MOST; n++) {
            value[n % BYTES]++;
            try {
                var _ = client.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("ballast/" + n))
                                .setValue(ByteString.copyFrom(value))
                                .build());
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                    System.out.println("full after " + n + ": " + e.getStatus());
                    return;
                }
                throw e;
            }
        }
        throw new IllegalStateException("never full");
    }

    private static void empty(EtcdClient client) {
        long revision = client.kv()
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("ballast/"))
                        .setRangeEnd(ByteString.copyFromUtf8("ballast0"))
                        .build())
                .getHeader()
                .getRevision();
        var _ = client.kv()
                .compact(CompactionRequest.newBuilder()
                        .setRevision(revision)
                        .setPhysical(true)
                        .build());
        System.out.println("compacted at " + revision);
    }
}
