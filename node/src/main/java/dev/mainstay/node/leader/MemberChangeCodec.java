package dev.mainstay.node.leader;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How members ask the leader for a change, and how it answers. Stateless; any thread.
 *
 * <pre>
 * request = format (1 byte, 2) caller kind (1 byte) id (8) [texts] [learner (1)]
 * caller  = name revision (8)                   nobody has no name
 * answer  = format (1 byte, 2) kind (1 byte: 0 refused, 1 done) name of the ErrorCode | revision (8) members
 * members = count (4) (id (8) name texts texts learner (1))*
 * texts   = count (4) text*
 * text    = length (4) UTF-8
 * </pre>
 */
final class MemberChangeCodec {

    private static final int FORMAT = 2;
    private static final int ADD = 1;
    private static final int REMOVE = 2;
    private static final int UPDATE = 3;
    private static final int PROMOTE = 4;
    private static final int REFUSED = 0;
    private static final int DONE = 1;

    private MemberChangeCodec() {}

    static byte[] encode(MemberWish wish) {
        return written(out -> {
            caller(out, wish.caller());
            switch (wish.change()) {
                case MemberChange.Add(long id, List<String> peerUrls, boolean learner) -> {
                    head(out, ADD, id);
                    texts(out, peerUrls);
                    out.writeBoolean(learner);
                }
                case MemberChange.Remove(long id) -> head(out, REMOVE, id);
                case MemberChange.Update(long id, List<String> peerUrls) -> {
                    head(out, UPDATE, id);
                    texts(out, peerUrls);
                }
                case MemberChange.Promote(long id) -> head(out, PROMOTE, id);
            }
        });
    }

    /** @throws IOException if the bytes are no request that this release knows */
    static MemberWish decodeWish(byte[] bytes) throws IOException {
        DataInputStream in = opened(bytes);
        Caller caller = caller(in);
        return new MemberWish(change(in), caller);
    }

    private static MemberChange change(DataInputStream in) throws IOException {
        int kind = in.readByte();
        long id = in.readLong();
        return switch (kind) {
            case ADD -> new MemberChange.Add(id, texts(in), in.readBoolean());
            case REMOVE -> new MemberChange.Remove(id);
            case UPDATE -> new MemberChange.Update(id, texts(in));
            case PROMOTE -> new MemberChange.Promote(id);
            default -> throw new IOException("unknown change of members " + kind);
        };
    }

    /** @param outcome a refusal or changed members */
    static byte[] encode(Outcome outcome) {
        return written(out -> {
            switch (outcome) {
                case Outcome.Refused(ErrorCode code) -> {
                    out.writeByte(REFUSED);
                    text(out, code.name());
                }
                case Outcome.MembersChanged(long revision, List<Member> members) -> {
                    head(out, DONE, revision);
                    members(out, members);
                }
                default -> throw new IllegalArgumentException("no outcome of a change of members: " + outcome);
            }
        });
    }

    /** @throws IOException if the bytes are no answer that this release knows */
    static Outcome decodeOutcome(byte[] bytes) throws IOException {
        DataInputStream in = opened(bytes);
        int kind = in.readByte();
        return switch (kind) {
            case REFUSED -> new Outcome.Refused(refusal(text(in)));
            case DONE -> new Outcome.MembersChanged(in.readLong(), members(in));
            default -> throw new IOException("unknown answer " + kind);
        };
    }

    private static ErrorCode refusal(String name) throws IOException {
        try {
            return ErrorCode.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException("unknown refusal " + name, e);
        }
    }

    private static void caller(DataOutputStream out, Caller caller) throws IOException {
        text(out, caller instanceof Caller.User(String name, long _) ? name : "");
        out.writeLong(caller instanceof Caller.User(String _, long authRevision) ? authRevision : 0);
    }

    private static Caller caller(DataInputStream in) throws IOException {
        String name = text(in);
        long authRevision = in.readLong();
        return name.isEmpty() ? Caller.NOBODY : new Caller.User(name, authRevision);
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] written(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            writing.to(out);
        } catch (IOException e) {
            throw new IllegalStateException("memory can always be written", e);
        }
        return bytes.toByteArray();
    }

    private static DataInputStream opened(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IOException("change of members in unknown format " + format);
        }
        return in;
    }

    private static void head(DataOutputStream out, int kind, long number) throws IOException {
        out.writeByte(kind);
        out.writeLong(number);
    }

    private static void members(DataOutputStream out, List<Member> members) throws IOException {
        out.writeInt(members.size());
        for (Member member : members) {
            out.writeLong(member.id());
            text(out, member.name());
            texts(out, member.peerUrls());
            texts(out, member.clientUrls());
            out.writeBoolean(member.learner());
        }
    }

    private static List<Member> members(DataInputStream in) throws IOException {
        int count = count(in);
        List<Member> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(new Member(in.readLong(), text(in), texts(in), texts(in), in.readBoolean()));
        }
        return members;
    }

    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            text(out, text);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        int count = count(in);
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(text(in));
        }
        return texts;
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(count(in)), StandardCharsets.UTF_8);
    }

    /** A number of things that follow, of at least one byte each. */
    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available()) {
            throw new IOException("change of members ends early");
        }
        return count;
    }
}
