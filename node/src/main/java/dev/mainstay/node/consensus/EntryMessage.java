package dev.mainstay.node.consensus;

import java.util.List;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** An entry as Ratis carries it: the bytes for the log, and what is in them for this member's own apply. */
final class EntryMessage implements Message {

    private final List<EntryPart> parts;
    private final ByteString content;

    EntryMessage(List<EntryPart> parts, byte[] bytes) {
        this.parts = parts;
        this.content = UnsafeByteOperations.unsafeWrap(bytes);
    }

    List<EntryPart> parts() {
        return parts;
    }

    @Override
    public ByteString getContent() {
        return content;
    }

    @Override
    public int size() {
        return content.size();
    }

    @Override
    public String toString() {
        return "an entry of " + content.size() + " bytes";
    }
}
