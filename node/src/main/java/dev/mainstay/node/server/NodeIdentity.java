package dev.mainstay.node.server;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Whose data a directory holds; written when the directory is made, and the truth from then on. Only a member that is forced to
 * begin anew alone writes it again.
 *
 * @param memberId unsigned, never 0
 * @param clusterId unsigned, never 0
 * @param name as given when the directory was made
 * @param peerUrls of this member, what its id was made of
 * @param token of the cluster, what its ids were made of
 * @param learner whether it joined as a learner: its log begins as one's; what it is now is the cluster's to record
 * @param generation how many times the cluster was forced to begin anew with one of its members
 * @param forcing whether this member is to begin anew alone, or has
 */
public record NodeIdentity(
        long memberId,
        long clusterId,
        String name,
        List<String> peerUrls,
        String token,
        boolean learner,
        int generation,
        Forcing forcing) {

    /** The layout of the directory that this release writes, and the newest it reads. */
    static final int FORMAT = 1;

    /** Where a member stands that is told to begin anew alone. */
    enum Forcing {
        /** Nobody told it to. */
        NONE,
        /** It is told to and hasn't come to an end, whatever the flags say now. */
        BEGUN,
        /** It is done, and the flag hasn't been taken away since: it means nothing until it has. */
        DONE
    }

    public NodeIdentity {
        peerUrls = List.copyOf(peerUrls);
    }

    /** A member that didn't join as a learner. */
    NodeIdentity(long memberId, long clusterId, String name, List<String> peerUrls, String token) {
        this(memberId, clusterId, name, peerUrls, token, false, 0, Forcing.NONE);
    }

    /** The same data, of another generation. */
    NodeIdentity forced(int newGeneration, Forcing newForcing) {
        return new NodeIdentity(memberId, clusterId, name, peerUrls, token, learner, newGeneration, newForcing);
    }

    /** The number of the layout that a file's text claims. */
    static int format(String json) {
        Integer format = new JsonObject(json).getInteger("format");
        if (format == null || format < 1) {
            throw new DecodeException("no format");
        }
        return format;
    }

    /** @throws RuntimeException if the text is no identity */
    static NodeIdentity fromJson(String json) {
        JsonObject fields = new JsonObject(json);
        NodeIdentity identity = new NodeIdentity(
                Long.parseUnsignedLong(fields.getString("memberId"), 16),
                Long.parseUnsignedLong(fields.getString("clusterId"), 16),
                fields.getString("name"),
                fields.getJsonArray("peerUrls").stream().map(String.class::cast).toList(),
                fields.getString("token"),
                fields.getBoolean("learner", false),
                fields.getInteger("generation", 0),
                Forcing.valueOf(fields.getString("forcing", Forcing.NONE.name())));
        if (identity.memberId == 0 || identity.clusterId == 0) {
            throw new DecodeException("id 0");
        }
        return identity;
    }

    String toJson() {
        return new JsonObject()
                .put("format", FORMAT)
                .put("memberId", Long.toHexString(memberId))
                .put("clusterId", Long.toHexString(clusterId))
                .put("name", name)
                .put("peerUrls", new JsonArray(peerUrls))
                .put("token", token)
                .put("learner", learner)
                .put("generation", generation)
                .put("forcing", forcing.name())
                .encodePrettily();
    }
}
