package dev.mainstay.node.consensus;

import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** A batch as Ratis carries it: the bytes for the log, and the batch itself for this member's own apply. */
final class BatchMessage implements Message {

    private final ProposalBatch batch;
    private final ByteString content;

    BatchMessage(ProposalBatch batch, byte[] bytes) {
        this.batch = batch;
        this.content = UnsafeByteOperations.unsafeWrap(bytes);
    }

    ProposalBatch batch() {
        return batch;
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
        return batch.size() + " commands, " + content.size() + " bytes";
    }
}
