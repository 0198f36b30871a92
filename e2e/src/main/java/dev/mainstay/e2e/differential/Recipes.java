package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.CampaignResponse;
import dev.mainstay.etcd.proto.LockResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What is in the answers of locks and elections that must differ: leases that a server has chosen, and keys named by them. */
final class Recipes {
    /** Leases that sequences choose have fewer digits, or are among the few of {@link Vocabulary}. */
    private static final Pattern CHOSEN = Pattern.compile("/[0-9a-f]{9,16}$");

    private static final Pattern KNOWN = Pattern.compile("/(7fffffffffffffff|-4)$");

    private Recipes() {}

    static LockResponse hideLease(LockResponse held) {
        return held.toBuilder().setKey(hidden(held.getKey())).build();
    }

    static CampaignResponse hideLease(CampaignResponse won) {
        if (hidden(won.getLeader().getKey()).equals(won.getLeader().getKey())) {
            return won;
        }
        CampaignResponse.Builder hidden = won.toBuilder();
        hidden.getLeaderBuilder().setKey(hidden(won.getLeader().getKey())).clearLease();
        return hidden.build();
    }

    private static ByteString hidden(ByteString key) {
        String text = key.toString(StandardCharsets.ISO_8859_1);
        return KNOWN.matcher(text).find()
                ? key
                : ByteString.copyFrom(CHOSEN.matcher(text).replaceFirst("/LEASE"), StandardCharsets.ISO_8859_1);
    }
}
