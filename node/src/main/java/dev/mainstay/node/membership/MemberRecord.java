package dev.mainstay.node.membership;

import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Member;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How members are written in the store.
 *
 * <pre>
 * value  = format (1 byte, 1) standing (1 byte: 0 voter, 1 learner, 2 removed) name peerUrls clientUrls
 * urls   = count (4 bytes) text*
 * text   = bytes (4 bytes) UTF-8
 * </pre>
 *
 * Nothing follows the standing of a removed member.
 */
final class MemberRecord {

    private static final byte FORMAT = 1;
    private static final byte VOTER = 0;
    private static final byte LEARNER = 1;
    private static final byte REMOVED = 2;
    private static final int HEAD_BYTES = 2;

    private MemberRecord() {}

    static byte[] key(long id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }

    static long id(byte[] key) {
        Invariant.check(key.length == Long.BYTES, "member key of %d bytes", key.length);
        return ByteBuffer.wrap(key).getLong();
    }

    static byte[] removed() {
        return new byte[] {FORMAT, REMOVED};
    }

    static byte[] value(Member member) {
        byte[] name = bytes(member.name());
        List<byte[]> peerUrls = bytes(member.peerUrls());
        List<byte[]> clientUrls = bytes(member.clientUrls());
        ByteBuffer value =
                ByteBuffer.allocate(HEAD_BYTES + Integer.BYTES + name.length + size(peerUrls) + size(clientUrls));
        value.put(FORMAT).put(member.learner() ? LEARNER : VOTER);
        put(value, name);
        put(value, peerUrls);
        put(value, clientUrls);
        return value.array();
    }

    /** The member of a row, {@code null} if it was removed. */
    static @Nullable Member decode(byte[] key, byte[] value) {
        Invariant.check(
                value.length >= HEAD_BYTES && value[0] == FORMAT && value[1] >= VOTER && value[1] <= REMOVED,
                "unknown member record");
        if (value[1] == REMOVED) {
            Invariant.check(value.length == HEAD_BYTES, "unknown member record");
            return null;
        }
        ByteBuffer rest = ByteBuffer.wrap(value, HEAD_BYTES, value.length - HEAD_BYTES);
        Member member = new Member(id(key), text(rest), texts(rest), texts(rest), value[1] == LEARNER);
        Invariant.check(!rest.hasRemaining(), "%d bytes left over in a member record", rest.remaining());
        return member;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<byte[]> bytes(List<String> texts) {
        return texts.stream().map(MemberRecord::bytes).toList();
    }

    private static int size(List<byte[]> texts) {
        int size = Integer.BYTES;
        for (byte[] text : texts) {
            size += Integer.BYTES + text.length;
        }
        return size;
    }

    private static void put(ByteBuffer value, byte[] text) {
        value.putInt(text.length).put(text);
    }

    private static void put(ByteBuffer value, List<byte[]> texts) {
        value.putInt(texts.size());
        texts.forEach(text -> put(value, text));
    }

    private static String text(ByteBuffer from) {
        byte[] text = new byte[length(from)];
        from.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static List<String> texts(ByteBuffer from) {
        int count = length(from);
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(text(from));
        }
        return texts;
    }

    private static int length(ByteBuffer from) {
        Invariant.check(from.remaining() >= Integer.BYTES, "member record ends early");
        int length = from.getInt();
        Invariant.check(length >= 0 && length <= from.remaining(), "member record ends early");
        return length;
    }
}
