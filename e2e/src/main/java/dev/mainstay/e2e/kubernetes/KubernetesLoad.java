package dev.mainstay.e2e.kubernetes;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.Pause;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A control plane at work on one cluster: objects in namespaces that are created, updated, listed and watched, events with
 * shared leases, two apiservers that compact in turn, a cache that asks for progress. In the end every watcher must have got
 * every change of its namespace. Use once.
 */
final class KubernetesLoad implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long EVENT_TTL_SECONDS = 3_600;
    private static final long PROGRESS_MILLIS = 100;
    private static final long COMPACTION_MILLIS = 5_000;
    /** Objects that all clients change all the time. */
    private static final int HOT_OBJECTS = 50;

    private static final long LONGEST_NANOS = 120_000_000_000L;

    private final Plan plan;
    private final List<EtcdClient> clients = new ArrayList<>();
    private final List<WatchCache> caches = new ArrayList<>();
    private final Map<String, Histogram> latencies = Collections.synchronizedMap(new LinkedHashMap<>());
    private final AtomicLongArray changes;
    private volatile boolean loaded;

    /**
     * How much of it.
     *
     * @param objects in all namespaces together
     * @param valueBytes of an object
     * @param page objects per page of a list
     * @param watchers spread over the namespaces
     * @param streams that the watchers share
     * @param clients that read and write
     * @param seconds for how long
     */
    record Plan(
            int namespaces,
            int objects,
            int valueBytes,
            int page,
            int watchers,
            int streams,
            int clients,
            int seconds) {}

    KubernetesLoad(Plan plan, List<String> endpoints) {
        this.plan = plan;
        changes = new AtomicLongArray(plan.namespaces());
        for (int i = 0; i < Math.max(plan.clients(), plan.streams()); i++) {
            clients.add(new EtcdClient(endpoints.get(i % endpoints.size())));
        }
    }

    /** All of it; the latencies by request. */
    Map<String, Histogram> run() {
        inParallel(this::create);
        long listed = store(0).revision(object(0));
        timed(
                "list, all pages",
                () -> store(0).list(ByteString.copyFromUtf8("/registry/pods/"), plan.page(), page -> {}));
        timed("watchers, all created", () -> watch(listed));
        loaded = true;
        long end = System.nanoTime() + Duration.ofSeconds(plan.seconds()).toNanos();
        try (ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor()) {
            var progress = CompletableFuture.runAsync(
                    () -> every(PROGRESS_MILLIS, end, caches.getFirst()::requestProgress), beside);
            var first = new Compactor(clients.getFirst().channel());
            var second = new Compactor(clients.getLast().channel());
            var compaction = CompletableFuture.runAsync(
                    () -> every(COMPACTION_MILLIS, end, () -> {
                        boolean won = first.round();
                        check(!second.round() || !won, "two apiservers won the same round");
                    }),
                    beside);
            inParallel(client -> work(client, end));
            progress.join();
            compaction.join();
        }
        timed("all caches at the newest revision", this::settle);
        return latencies;
    }

    /** Each client creates its share. */
    private void create(int client) {
        KubeStore store = store(client);
        for (int object = client; object < plan.objects(); object += plan.clients()) {
            int number = object;
            timed(
                    "create",
                    () -> check(
                            store.create(object(number), value(), 0).isPresent(),
                            "an object was there before it was created"));
        }
    }

    private void watch(long after) {
        for (int stream = 0; stream < plan.streams(); stream++) {
            List<ByteString> prefixes =
                    watched(stream).boxed().map(namespace -> prefix(namespace)).toList();
            caches.add(new WatchCache(clients.get(stream).channel(), prefixes, after, this::delivered));
        }
        await("watchers", () -> caches.stream().allMatch(WatchCache::isComplete));
    }

    /** The namespaces that a stream's watchers are for. */
    private IntStream watched(int stream) {
        return IntStream.iterate(stream, watcher -> watcher < plan.watchers(), watcher -> watcher + plan.streams())
                .map(watcher -> watcher % plan.namespaces());
    }

    private void delivered(Event event) {
        if (loaded && event.getType() == Event.EventType.PUT) {
            long sent = event.getKv().getValue().asReadOnlyByteBuffer().getLong();
            record("event, from request to watcher", System.nanoTime() - sent);
        }
    }

    private void work(int client, long end) {
        KubeStore store = store(client);
        SharedLease lease = new SharedLease(clients.get(client).channel(), EVENT_TTL_SECONDS);
        Random random = new Random(client);
        // What this client has seen, which others may have changed by the time it is to be updated.
        Map<Integer, KeyValue> known = new HashMap<>();
        for (int n = 0; System.nanoTime() < end; n++) {
            int object =
                    random.nextInt(random.nextInt(4) == 0 ? Math.min(HOT_OBJECTS, plan.objects()) : plan.objects());
            int namespace = object % plan.namespaces();
            int kind = random.nextInt(100);
            if (kind < 50) {
                KeyValue seen = known.remove(object);
                timed("update", () -> {
                    if (store.update(object(object), seen, old -> value()).isPresent()) {
                        changes.incrementAndGet(namespace);
                    }
                });
            } else if (kind < 70) {
                timed("get", () -> store.get(object(object)).ifPresent(found -> known.put(object, found)));
            } else if (kind < 80) {
                timed("list of a namespace", () -> store.list(prefix(namespace), plan.page(), page -> {}));
            } else if (kind < 85) {
                timed("delete and create", () -> {
                    if (store.delete(object(object)).isPresent()) {
                        changes.incrementAndGet(namespace);
                    }
                    if (store.create(object(object), value(), 0).isPresent()) {
                        changes.incrementAndGet(namespace);
                    }
                });
            } else if (kind < 92) {
                ByteString key = ByteString.copyFromUtf8("/registry/events/" + client + "/" + n);
                timed("create with a shared lease", () -> store.create(key, value(), lease.next()));
            } else if (kind < 99 || random.nextInt(10) != 0) {
                timed("count of a namespace", () -> store.count(prefix(namespace)));
            } else {
                timed(
                        "list, all pages, under load",
                        () -> store.list(ByteString.copyFromUtf8("/registry/pods/"), plan.page(), page -> {}));
            }
        }
    }

    /** As a consistent read from a cache does it: ask for the revision, and for progress until the cache has it. */
    private void settle() {
        long revision = store(0).revision(object(0));
        await("progress to " + revision, () -> {
            caches.forEach(WatchCache::requestProgress);
            return caches.stream().allMatch(cache -> cache.promised() >= revision);
        });
        for (int stream = 0; stream < plan.streams(); stream++) {
            WatchCache cache = caches.get(stream);
            check(cache.broken() == null, String.valueOf(cache.broken()));
            List<Long> expected = watched(stream)
                    .mapToObj(namespace -> changes.get(namespace))
                    .toList();
            check(
                    cache.events().equals(expected),
                    "stream " + stream + " got " + cache.events() + " events, there were " + expected);
        }
    }

    private void inParallel(IntConsumer work) {
        try (ExecutorService threads = Executors.newFixedThreadPool(plan.clients())) {
            IntStream.range(0, plan.clients())
                    .mapToObj(client -> CompletableFuture.runAsync(() -> work.accept(client), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        }
    }

    private void timed(String request, Runnable work) {
        long from = System.nanoTime();
        work.run();
        record(request, System.nanoTime() - from);
    }

    private void record(String request, long nanos) {
        latencies
                .computeIfAbsent(request, name -> new ConcurrentHistogram(1, LONGEST_NANOS, 3))
                .recordValue(Math.clamp(nanos, 1, LONGEST_NANOS));
    }

    private static void every(long millis, long end, Runnable work) {
        while (System.nanoTime() < end) {
            work.run();
            Pause.millis(millis);
        }
    }

    private static void await(String what, BooleanSupplier there) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!there.getAsBoolean()) {
            check(System.nanoTime() < deadline, "waited in vain for " + what);
            Pause.millis(20);
        }
    }

    private KubeStore store(int client) {
        return new KubeStore(clients.get(client).channel());
    }

    private ByteString prefix(int namespace) {
        return ByteString.copyFromUtf8("/registry/pods/ns-%04d/".formatted(namespace));
    }

    private ByteString object(int number) {
        return prefix(number % plan.namespaces()).concat(ByteString.copyFromUtf8("pod-%06d".formatted(number)));
    }

    /** When it was made, and what fills it up. */
    private ByteString value() {
        byte[] value = new byte[Math.max(Long.BYTES, plan.valueBytes())];
        ByteBuffer.wrap(value).putLong(System.nanoTime());
        return ByteString.copyFrom(value);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    @Override
    public void close() {
        caches.forEach(WatchCache::close);
        clients.forEach(EtcdClient::close);
    }
}
