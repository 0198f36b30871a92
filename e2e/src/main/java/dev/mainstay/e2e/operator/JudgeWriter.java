package dev.mainstay.e2e.operator;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.server.Pause;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Writes numbers to keys of its own, one call after the other, and reads each key back before it writes it again. One thread. */
final class JudgeWriter implements Runnable {
    private static final int KEYS = 50;
    private static final int DEADLINE_SECONDS = 10;
    private static final long PACE_MILLIS = 20;
    private static final long AGAIN_MILLIS = 50;

    private final String prefix;
    private final ManagedChannel channel;
    private final Tally tally;
    private final BooleanSupplier stopped;
    private final long[] certain = new long[KEYS];
    private final long[] possible = new long[KEYS];
    private long waitingSince;

    JudgeWriter(String prefix, ManagedChannel channel, Tally tally, BooleanSupplier stopped) {
        this.prefix = prefix;
        this.channel = channel;
        this.tally = tally;
        this.stopped = stopped;
    }

    @Override
    public void run() {
        waitingSince = System.nanoTime();
        for (long n = 1; !stopped.getAsBoolean(); n++) {
            int slot = (int) (n % KEYS);
            boolean wrote = write(slot, n) && (n % 5 != 0 || read((int) ((n * 7) % KEYS)));
            Pause.millis(wrote ? PACE_MILLIS : AGAIN_MILLIS);
        }
        channel.shutdownNow();
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private ByteString key(int slot) {
        return ByteString.copyFromUtf8(prefix + slot);
    }

    private boolean write(int slot, long n) {
        possible[slot] = n;
        ByteString value = ByteString.copyFromUtf8(Long.toString(n));
        try {
            long revision = kv().put(PutRequest.newBuilder()
                            .setKey(key(slot))
                            .setValue(value)
                            .build())
                    .getHeader()
                    .getRevision();
            certain[slot] = n;
            long now = System.nanoTime();
            tally.acknowledge(new Tally.Acknowledged(revision, key(slot), value), now - waitingSince);
            waitingSince = now;
            return true;
        } catch (StatusRuntimeException e) {
            tally.fail("put " + e.getStatus());
            return false;
        }
    }

    /** Must find what was acknowledged last, or what was asked for since and never answered. */
    private boolean read(int slot) {
        long atLeast = tally.highestRevision();
        RangeResponse found;
        try {
            found = kv().range(RangeRequest.newBuilder().setKey(key(slot)).build());
        } catch (StatusRuntimeException e) {
            tally.fail("range " + e.getStatus());
            return false;
        }
        tally.read();
        long value = found.getKvsCount() == 0
                ? 0
                : Long.parseLong(found.getKvs(0).getValue().toStringUtf8());
        if (value < certain[slot] || value > possible[slot]) {
            throw new IllegalStateException(key(slot).toStringUtf8() + " is " + value + " but was acknowledged as "
                    + certain[slot] + " and asked to be " + possible[slot] + " at the most");
        }
        if (found.getHeader().getRevision() < atLeast) {
            throw new IllegalStateException("a read at revision "
                    + found.getHeader().getRevision() + " after " + atLeast + " had been acknowledged");
        }
        return true;
    }
}
