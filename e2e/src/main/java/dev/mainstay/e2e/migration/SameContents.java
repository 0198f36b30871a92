package dev.mainstay.e2e.migration;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What two servers tell their clients of the same revisions, to be held against each other. */
public final class SameContents {
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[1]);
    private static final int PAGE = 2_000;
    private static final int PATIENCE_SECONDS = 60;

    private SameContents() {}

    /** Every key that exists at a revision, with all that is said of it. */
    public static List<KeyValue> keys(EtcdClient client, long revision) {
        List<KeyValue> keys = new ArrayList<>();
        ByteString from = EVERYTHING;
        while (true) {
            RangeResponse page = page(client, from, EVERYTHING, revision);
            keys.addAll(page.getKvsList());
            if (!page.getMore()) {
                return keys;
            }
            from = keys.getLast().getKey().concat(EVERYTHING);
        }
    }

    private static RangeResponse page(EtcdClient client, ByteString from, ByteString to, long revision) {
        return client.kv()
                .range(RangeRequest.newBuilder()
                        .setKey(from)
                        .setRangeEnd(to)
                        .setRevision(revision)
                        .setLimit(PAGE)
                        .build());
    }

    /**
     * What a comparison found.
     *
     * @param keys how many were the same
     * @param difference the first one that wasn't, empty if all were
     */
    public record Walk(long keys, Optional<String> difference) {}

    /**
     * Compares the keys that exist at a revision, with all that is said of them, page by page. etcd counts all keys of a range for
     * each page of it, so a large store is better compared in parts.
     *
     * @param from the first key
     * @param to the first that isn't compared any more, a zero byte for no end
     */
    public static Walk walk(EtcdClient one, EtcdClient other, ByteString from, ByteString to, long revision) {
        long same = 0;
        ByteString at = from;
        while (true) {
            RangeResponse page = page(one, at, to, revision);
            RangeResponse against = page(other, at, to, revision);
            if (!page.getKvsList().equals(against.getKvsList())
                    || page.getMore() != against.getMore()
                    || page.getCount() != against.getCount()) {
                return new Walk(same, Optional.of("at revision " + revision + ": " + difference(page, against)));
            }
            same += page.getKvsCount();
            if (!page.getMore()) {
                return new Walk(same, Optional.empty());
            }
            at = page.getKvs(page.getKvsCount() - 1).getKey().concat(EVERYTHING);
        }
    }

    private static String difference(RangeResponse page, RangeResponse against) {
        for (int i = 0; i < Math.max(page.getKvsCount(), against.getKvsCount()); i++) {
            String mine = i < page.getKvsCount() ? page.getKvs(i).toString() : "nothing";
            String theirs = i < against.getKvsCount() ? against.getKvs(i).toString() : "nothing";
            if (!mine.equals(theirs)) {
                return mine + " against " + theirs;
            }
        }
        return page.getCount() + " keys against " + against.getCount();
    }

    /** The newest revision. */
    public static long revision(EtcdClient client) {
        return client.kv()
                .range(RangeRequest.newBuilder().setKey(EVERYTHING).build())
                .getHeader()
                .getRevision();
    }

    /** Every event from one revision to another, with what it replaced, as a watcher gets them. */
    public static List<Event> events(EtcdClient client, long from, long to) throws InterruptedException {
        BlockingQueue<WatchResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<WatchRequest> requests = client.watch().watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(EVERYTHING)
                        .setRangeEnd(EVERYTHING)
                        .setStartRevision(from)
                        .setPrevKv(true))
                .build());
        List<Event> events = new ArrayList<>();
        while (events.isEmpty() || events.getLast().getKv().getModRevision() < to) {
            WatchResponse answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null || answer.getCanceled()) {
                throw new IllegalStateException("no more events behind " + events.size() + ": " + answer);
            }
            events.addAll(answer.getEventsList());
        }
        requests.onCompleted();
        return events;
    }

    /** TTL and keys of every lease. */
    public static Map<Long, String> leases(EtcdClient client) {
        Map<Long, String> leases = new TreeMap<>();
        client.lease()
                .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                .getLeasesList()
                .forEach(lease -> {
                    LeaseTimeToLiveResponse details = client.lease()
                            .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                    .setID(lease.getID())
                                    .setKeys(true)
                                    .build());
                    leases.put(
                            lease.getID(),
                            details.getGrantedTTL() + " "
                                    + new HashSet<>(details.getKeysList())
                                            .stream()
                                                    .map(ByteString::toStringUtf8)
                                                    .sorted()
                                                    .toList());
                });
        return leases;
    }
}
