package dev.mainstay.node.etcdformat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Member;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Entries about members: in {@code members} and {@code members_removed} by id in hex, in {@code meta} who votes. */
public final class EtcdMembers {

    /** What a removed member's entry says. */
    public static final Bytes REMOVED = Bytes.utf8("removed");

    private static final JsonFactory JSON = new JsonFactory();

    private EtcdMembers() {}

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** The key of a member's entry. */
    public static Bytes key(long id) {
        return Bytes.utf8(Long.toHexString(id));
    }

    /** The value of a present member's entry. */
    public static byte[] value(Member member) throws IOException {
        return object(json -> {
            json.writeFieldName("id");
            json.writeNumber(Long.toUnsignedString(member.id()));
            strings(json, "peerURLs", member.peerUrls());
            if (member.learner()) {
                json.writeBooleanField("isLearner", true);
            }
            if (!member.name().isEmpty()) {
                json.writeStringField("name", member.name());
            }
            if (!member.clientUrls().isEmpty()) {
                strings(json, "clientURLs", member.clientUrls());
            }
        });
    }

    /** Who votes and who listens. */
    public static byte[] confState(List<Member> members) throws IOException {
        return object(json -> {
            ids(
                    json,
                    "voters",
                    members.stream().filter(member -> !member.learner()).toList());
            ids(json, "learners", members.stream().filter(Member::learner).toList());
            json.writeBooleanField("auto_leave", false);
        });
    }

    private static void ids(JsonGenerator json, String field, List<Member> members) throws IOException {
        if (members.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart(field);
        for (Member member : members) {
            json.writeNumber(Long.toUnsignedString(member.id()));
        }
        json.writeEndArray();
    }

    private static void strings(JsonGenerator json, String field, List<String> texts) throws IOException {
        json.writeArrayFieldStart(field);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static byte[] object(Fields fields) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
