package dev.mainstay.node.server;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What a member tells of itself and its cluster to whoever asks at its peer port, as JSON.
 *
 * @param generation how many times the cluster was forced to begin anew with one of its members
 * @param members as it knows them; empty while the cluster hasn't recorded any
 */
record PeerIdentity(long clusterId, long memberId, int generation, Members members) {

    /** @throws RuntimeException if the bytes are no identity */
    static PeerIdentity fromBytes(byte[] bytes) {
        JsonObject fields = new JsonObject(Buffer.buffer(bytes));
        List<Member> members = fields.getJsonArray("members").stream()
                .map(JsonObject.class::cast)
                .map(PeerIdentity::member)
                .toList();
        return new PeerIdentity(
                id(fields.getString("clusterId")),
                id(fields.getString("memberId")),
                fields.getInteger("generation", 0),
                new Members(
                        members,
                        strings(fields.getJsonArray("removed")).stream()
                                .map(PeerIdentity::id)
                                .toList()));
    }

    byte[] toBytes() {
        JsonArray list = new JsonArray();
        members.members()
                .forEach(member -> list.add(new JsonObject()
                        .put("id", MemberId.hex(member.id()))
                        .put("name", member.name())
                        .put("peerUrls", new JsonArray(member.peerUrls()))
                        .put("clientUrls", new JsonArray(member.clientUrls()))
                        .put("learner", member.learner())));
        return new JsonObject()
                .put("clusterId", MemberId.hex(clusterId))
                .put("memberId", MemberId.hex(memberId))
                .put("generation", generation)
                .put("members", list)
                .put(
                        "removed",
                        new JsonArray(
                                members.removed().stream().map(MemberId::hex).toList()))
                .toBuffer()
                .getBytes();
    }

    private static Member member(JsonObject fields) {
        return new Member(
                id(fields.getString("id")),
                fields.getString("name"),
                strings(fields.getJsonArray("peerUrls")),
                strings(fields.getJsonArray("clientUrls")),
                fields.getBoolean("learner"));
    }

    private static List<String> strings(JsonArray array) {
        return array.stream().map(String.class::cast).toList();
    }

    private static long id(String hex) {
        return Long.parseUnsignedLong(hex, 16);
    }
}
