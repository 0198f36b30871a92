package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.node.api.wire.WireSizes;
import dev.mainstay.node.api.wire.WireWriter;
import dev.mainstay.node.consensus.RaftStatus;

/** Fills the header of responses: who answered, at which revision, in which term. */
public final class ResponseHeaders {

    /** The header's field number in every response. */
    static final int FIELD = 1;

    private final long clusterId;
    private final long memberId;
    private final RaftStatus raft;

    /** Both ids are unsigned. */
    public ResponseHeaders(long clusterId, long memberId, RaftStatus raft) {
        this.clusterId = clusterId;
        this.memberId = memberId;
        this.raft = raft;
    }

    /** The header as a message. */
    public ResponseHeader of(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(memberId)
                .setRevision(revision)
                .setRaftTerm(raft.term())
                .build();
    }

    /** Writes the header into a response. */
    void write(WireWriter out, long revision) {
        long term = raft.term();
        out.open(
                FIELD,
                WireSizes.number(1, clusterId)
                        + WireSizes.number(2, memberId)
                        + WireSizes.number(3, revision)
                        + WireSizes.number(4, term));
        out.number(1, clusterId);
        out.number(2, memberId);
        out.number(3, revision);
        out.number(4, term);
    }

    /** Writes the header before everything that the response holds already. */
    void writeInFront(WireWriter out, long revision) {
        WireWriter header = new WireWriter(WireWriter.FRONT_BYTES);
        write(header, revision);
        byte[] fields = header.toBytes().array();
        out.front(fields, fields.length);
    }
}
