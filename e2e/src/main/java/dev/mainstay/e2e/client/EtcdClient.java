package dev.mainstay.e2e.client;

import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.WatchGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/**
 * One gRPC connection with the stubs of every service the tests use. Nothing is retried, so an answer is always
 * the answer to the one request that was sent. Safe for any number of threads.
 */
public final class EtcdClient implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 256 << 20;

    private final ManagedChannel channel;

    /** Connects lazily, in plaintext, to {@code host:port}, or {@code http://host:port} as {@code TestServer.endpoint()} gives it. */
    public EtcdClient(String endpoint) {
        channel = NettyChannelBuilder.forTarget(endpoint.replaceFirst("^http://", ""))
                .usePlaintext()
                .disableRetry()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    /** Over a connection that was made for it, and is closed with it. */
    public EtcdClient(ManagedChannel channel) {
        this.channel = channel;
    }

    /** Puts, ranges, deletes, transactions, compactions. */
    public KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel);
    }

    /** The same, answered through futures, for many requests in flight. */
    public KVGrpc.KVFutureStub kvAsync() {
        return KVGrpc.newFutureStub(channel);
    }

    /** Watch streams. */
    public WatchGrpc.WatchStub watch() {
        return WatchGrpc.newStub(channel);
    }

    /** Unary lease calls. */
    public LeaseGrpc.LeaseBlockingStub lease() {
        return LeaseGrpc.newBlockingStub(channel);
    }

    /** The keep-alive stream. */
    public LeaseGrpc.LeaseStub leaseAsync() {
        return LeaseGrpc.newStub(channel);
    }

    /** Membership. */
    public ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(channel);
    }

    /** Status, alarms, hashes, defragmentation. */
    public MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
        return MaintenanceGrpc.newBlockingStub(channel);
    }

    /** The connection itself, for services without a stub here. */
    public ManagedChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
