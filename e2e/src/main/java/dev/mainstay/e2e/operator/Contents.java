package dev.mainstay.e2e.operator;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * Tells what a cluster holds, so that two can be compared: how many keys, and a hash of all keys with their values, versions and revisions.
 * Runs in a pod:
 *
 * <pre>Contents ENDPOINT [CERTIFICATES [REVISION]]</pre>
 *
 * <p>REVISION is that to look at, or {@code which} to be told the newest one.
 */
public final class Contents {
    private static final String NEWEST = "which";
    private static final int PAGE = 1000;
    private static final int DEADLINE_SECONDS = 30;
    private static final ByteString FIRST = ByteString.copyFrom(new byte[1]);

    private Contents() {}

    /** See above. */
    public static void main(String[] arguments) throws NoSuchAlgorithmException {
        try (Connection connection = new Connection(arguments[0], arguments.length > 1 ? arguments[1] : "");
                EtcdClient client = new EtcdClient(connection.open())) {
            String revision = arguments.length > 2 ? arguments[2] : "0";
            System.out.println(
                    revision.equals(NEWEST) ? Long.toString(newest(client)) : text(client, Long.parseLong(revision)));
        }
    }

    private static long newest(EtcdClient client) {
        return client.kv()
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder().setKey(FIRST).build())
                .getHeader()
                .getRevision();
    }

    private static String text(EtcdClient client, long at) throws NoSuchAlgorithmException {
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        long keys = 0;
        long revision = at;
        ByteString from = FIRST;
        boolean more = true;
        while (more) {
            RangeResponse page = client.kv()
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(from)
                            .setRangeEnd(FIRST)
                            .setRevision(revision)
                            .setLimit(PAGE)
                            .build());
            revision = revision == 0 ? page.getHeader().getRevision() : revision;
            for (KeyValue pair : page.getKvsList()) {
                add(hash, pair.getKey().toByteArray());
                add(hash, pair.getValue().toByteArray());
                String numbers = pair.getVersion() + " " + pair.getCreateRevision() + " " + pair.getModRevision();
                add(hash, ByteString.copyFromUtf8(numbers).toByteArray());
                from = pair.getKey().concat(FIRST);
            }
            keys += page.getKvsCount();
            more = page.getMore();
        }
        return "keys=" + keys + " hash=" + HexFormat.of().formatHex(hash.digest());
    }

    /** With its length before it, so that no two lists of parts look the same. */
    private static void add(MessageDigest hash, byte[] part) {
        hash.update(ByteString.copyFromUtf8(part.length + ":").toByteArray());
        hash.update(part);
    }
}
