package dev.mainstay.node.consensus;

import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** An entry as Ratis carries it: the bytes for the log, and its commands for this member's own apply. */
final class EntryMessage implements Message {

    private final EntryCommands commands;
    private final ByteString content;

    EntryMessage(EntryCommands commands, byte[] bytes) {
        this.commands = commands;
        this.content = UnsafeByteOperations.unsafeWrap(bytes);
    }

    EntryCommands commands() {
        return commands;
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
