package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Member;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How members and their texts stand in a log entry. Texts are UTF-8.
 *
 * <pre>
 * member = id name peerUrls clientUrls learner
 * texts  = count text*
 * </pre>
 */
final class MemberFields {

    private MemberFields() {}

    static void write(CommandWriter writer, Member member) {
        writer.number(member.id());
        write(writer, member.name());
        write(writer, member.peerUrls());
        write(writer, member.clientUrls());
        writer.flag(member.learner());
    }

    static void write(CommandWriter writer, List<String> texts) {
        writer.number(texts.size());
        texts.forEach(text -> write(writer, text));
    }

    static void write(CommandWriter writer, String text) {
        writer.bytes(Bytes.utf8(text));
    }

    static List<Member> members(CommandReader reader) {
        int count = reader.count();
        List<Member> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(member(reader));
        }
        return members;
    }

    static Member member(CommandReader reader) {
        return new Member(reader.number(), text(reader), texts(reader), texts(reader), reader.flag());
    }

    static List<String> texts(CommandReader reader) {
        int count = reader.count();
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(text(reader));
        }
        return texts;
    }

    static String text(CommandReader reader) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(reader.bytes().array()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedCommandException("text that is no UTF-8");
        }
    }
}
