package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.ElectionGrpc;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LeaderResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/** Who sees the leaders of an election come and go. gRPC's threads write down what comes; its player reads it. */
final class Observer implements AutoCloseable {
    private final AskedMember member;
    private final LeaderRequest request;
    private final Context.CancellableContext stream = Context.ROOT.withCancellation();
    private final List<String> lines = new ArrayList<>();
    private KeyValue last = KeyValue.getDefaultInstance();
    private boolean ended;

    Observer(AskedMember member, LeaderRequest request) {
        this.member = member;
        this.request = request;
        stream.run(() -> ElectionGrpc.newStub(member.client().channel()).observe(request, new Lines()));
    }

    /** Of the keys of all contenders. */
    ByteString prefix() {
        return request.getName().concat(ByteString.copyFromUtf8("/"));
    }

    /** Whether this is the leader it has heard of last; it won't, if the stream has ended. */
    synchronized boolean hasSeen(KeyValue leader) {
        return ended || (last.getKey().equals(leader.getKey()) && last.getModRevision() == leader.getModRevision());
    }

    /** What it has seen since the last call. */
    synchronized List<String> drain() {
        List<String> seen = List.copyOf(lines);
        lines.clear();
        return seen;
    }

    @Override
    public void close() {
        stream.cancel(null);
    }

    private synchronized void saw(LeaderResponse response) {
        last = response.getKv();
        lines.add(member.canonical().answer(request, response));
    }

    private synchronized void end(String how) {
        ended = true;
        lines.add(how);
    }

    private final class Lines implements StreamObserver<LeaderResponse> {
        @Override
        public void onNext(LeaderResponse response) {
            saw(response);
        }

        @Override
        public void onError(Throwable failure) {
            end(member.canonical().error(Status.fromThrowable(failure)));
        }

        @Override
        public void onCompleted() {
            end("the end");
        }
    }
}
