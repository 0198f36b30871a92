package dev.mainstay.embed;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.Member;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberRemoveRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client of one member, as another program would have it. */
public final class Client implements AutoCloseable {

    private static final int LIMIT_SECONDS = 20;

    private final ManagedChannel channel;

    /** Connects with the first call. */
    public Client(EmbeddedMember member) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", member.port())
                .usePlaintext()
                .build();
    }

    /** Writes one key; answers the revision. */
    public long put(String key, String value) {
        return kv().put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build())
                .getHeader()
                .getRevision();
    }

    /** The value of a key, empty if there is none. */
    public String get(String key) {
        return value(false, key);
    }

    /** What this member has of a key. */
    String getHere(String key) {
        return value(true, key);
    }

    private String value(boolean serializable, String key) {
        RangeResponse found = kv().range(RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setSerializable(serializable)
                .build());
        return found.getKvsCount() == 0 ? "" : found.getKvs(0).getValue().toStringUtf8();
    }

    List<Member> members() {
        return cluster().memberList(MemberListRequest.getDefaultInstance()).getMembersList();
    }

    void remove(String name) {
        long id = members().stream()
                .filter(member -> member.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getID();
        var _ = cluster()
                .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
