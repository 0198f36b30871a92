package dev.mainstay.e2e.kubernetes;

import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import io.grpc.Channel;
import java.time.Duration;

/** Leases for objects that go by themselves: one for a thousand of them or a minute, never renewed, never revoked. Any thread. */
public final class SharedLease {
    private static final int MOST_OBJECTS = 1_000;
    private static final Duration LONGEST_USE = Duration.ofSeconds(60);

    private final LeaseGrpc.LeaseBlockingStub leases;
    private final long ttlSeconds;
    private long lease;
    private int objects;
    private long sinceNanos;

    /** @param ttlSeconds how long an object lives at least */
    public SharedLease(Channel channel, long ttlSeconds) {
        leases = LeaseGrpc.newBlockingStub(channel);
        this.ttlSeconds = ttlSeconds;
    }

    /** The lease for the next object. */
    public synchronized long next() {
        long now = System.nanoTime();
        if (lease == 0 || objects == MOST_OBJECTS || now - sinceNanos > LONGEST_USE.toNanos()) {
            lease = leases.leaseGrant(LeaseGrantRequest.newBuilder()
                            .setTTL(ttlSeconds + LONGEST_USE.toSeconds())
                            .build())
                    .getID();
            objects = 0;
            sinceNanos = now;
        }
        objects++;
        return lease;
    }
}
