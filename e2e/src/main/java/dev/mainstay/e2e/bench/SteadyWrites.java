package dev.mainstay.e2e.bench;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One put per {@link #EVERY_MILLIS} ms through each member, whether the ones before were answered or not, and the times of
 * all acknowledgements.
 */
final class SteadyWrites implements AutoCloseable {
    private static final int EVERY_MILLIS = 5;
    private static final long CALL_MILLIS = 1_000;
    /** Per member; what would come on top isn't sent. */
    private static final int MOST_UNDER_WAY = 1_000;

    private static final int KEYS = 1_000;
    private static final ByteString VALUE = ByteString.copyFromUtf8("v".repeat(128));

    private final List<ScheduledFuture<?>> ticks = new ArrayList<>();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    /** Of each member when something was acknowledged, and how long that had taken, in nanoseconds. */
    private final List<NavigableMap<Long, Long>> acknowledged = new ArrayList<>();

    private final AtomicInteger sequence = new AtomicInteger();

    SteadyWrites(TestCluster cluster) {
        for (int member = 0; member < cluster.size(); member++) {
            acknowledged.add(new ConcurrentSkipListMap<>());
            EtcdClient client = cluster.client(member);
            NavigableMap<Long, Long> times = acknowledged.get(member);
            AtomicInteger underWay = new AtomicInteger();
            ticks.add(timer.scheduleAtFixedRate(
                    () -> put(client, times, underWay), EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS));
        }
    }

    /** Whether every member but one has acknowledged something in each of the last pieces of this time, all after {@code from}. */
    boolean calm(int except, long from, long millis) {
        long now = System.nanoTime();
        long begin = now - millis * 1_000_000;
        if (begin < from) {
            return false;
        }
        for (int member = 0; member < acknowledged.size(); member++) {
            if (member != except && longest(List.of(acknowledged.get(member)), begin, now) > millis / 4.0) {
                return false;
            }
        }
        return true;
    }

    /** The longest times without an acknowledgement between two moments, and forgets those of before. */
    Gap gaps(int except, long from, long to) {
        double worst = 0;
        for (int member = 0; member < acknowledged.size(); member++) {
            if (member != except) {
                worst = Math.max(worst, longest(List.of(acknowledged.get(member)), from, to));
            }
        }
        double any = longest(acknowledged, from, to);
        acknowledged.forEach(times -> times.headMap(from).clear());
        return new Gap(any, worst);
    }

    @Override
    public void close() {
        ticks.forEach(tick -> tick.cancel(false));
        timer.shutdownNow();
    }

    /** The 99th percentile of how long writes took that were acknowledged between two moments by all members but one, in ms. */
    double p99(int except, long from, long to) {
        List<Long> took = new ArrayList<>();
        for (int member = 0; member < acknowledged.size(); member++) {
            if (member != except) {
                took.addAll(acknowledged.get(member).subMap(from, to).values());
            }
        }
        took.sort(null);
        return took.isEmpty() ? 0 : took.get((took.size() - 1) * 99 / 100) / 1e6;
    }

    private static double longest(List<NavigableMap<Long, Long>> members, long from, long to) {
        NavigableSet<Long> all = new ConcurrentSkipListSet<>();
        members.forEach(times -> all.addAll(times.subMap(from, to).keySet()));
        long last = from;
        long longest = 0;
        for (long time : all) {
            longest = Math.max(longest, time - last);
            last = time;
        }
        return Math.max(longest, to - last) / 1e6;
    }

    private void put(EtcdClient client, NavigableMap<Long, Long> times, AtomicInteger underWay) {
        if (underWay.get() >= MOST_UNDER_WAY) {
            return;
        }
        underWay.incrementAndGet();
        long sent = System.nanoTime();
        ByteString key = ByteString.copyFromUtf8("failover/" + Math.floorMod(sequence.getAndIncrement(), KEYS));
        Futures.addCallback(
                client.kvAsync()
                        .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                        .put(PutRequest.newBuilder().setKey(key).setValue(VALUE).build()),
                new FutureCallback<>() {
                    @Override
                    public void onSuccess(PutResponse response) {
                        long now = System.nanoTime();
                        times.put(now, now - sent);
                        underWay.decrementAndGet();
                    }

                    @Override
                    public void onFailure(Throwable error) {
                        underWay.decrementAndGet();
                        // A member that comes back is noticed at once.
                        client.channel().resetConnectBackoff();
                    }
                },
                MoreExecutors.directExecutor());
    }

    /**
     * How long nothing was acknowledged.
     *
     * @param anyMillis by any member
     * @param worstMillis by the member, of those that stayed, for which it was longest
     */
    record Gap(double anyMillis, double worstMillis) {}
}
