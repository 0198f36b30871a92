package dev.mainstay.node.membership;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * How etcd derives the 64-bit ids of members and clusters, so that a cluster rebuilt from the same addresses and token
 * has the same ids. Ids are unsigned; {@link #hex} is how people and tools write them.
 */
public final class MemberId {

    private MemberId() {}

    /** The id of a member that is there from the start of its cluster. */
    public static long ofBootstrapMember(List<String> peerUrls, String clusterToken) {
        return firstBytes(sortedAndJoined(peerUrls) + clusterToken);
    }

    /**
     * The id of a member added to a running cluster.
     *
     * @param addedAtSeconds the wall clock of the member that proposed it, seconds since 1970
     */
    public static long ofAddedMember(List<String> peerUrls, long addedAtSeconds) {
        return firstBytes(sortedAndJoined(peerUrls) + addedAtSeconds);
    }

    /** The id of the cluster that was bootstrapped with these members, in any order. */
    public static long ofCluster(List<Long> bootstrapMemberIds) {
        ByteBuffer ids = ByteBuffer.allocate(Long.BYTES * bootstrapMemberIds.size());
        bootstrapMemberIds.stream().sorted(Long::compareUnsigned).forEach(ids::putLong);
        return firstBytes(ids.array());
    }

    /** Lower-case hex without leading zeros, as etcd prints ids. */
    public static String hex(long id) {
        return Long.toHexString(id);
    }

    private static String sortedAndJoined(List<String> urls) {
        return String.join("", urls.stream().sorted().toList());
    }

    private static long firstBytes(String text) {
        return firstBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long firstBytes(byte[] input) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(input))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-1", e);
        }
    }
}
