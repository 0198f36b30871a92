package dev.mainstay.e2e.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.TxnResponse;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** The cases, each against one freshly started server. */
final class Cases {

    static final MethodDescriptor<byte[], byte[]> PUT = RawCalls.method("etcdserverpb.KV/Put", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> RANGE = RawCalls.method("etcdserverpb.KV/Range", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> TXN = RawCalls.method("etcdserverpb.KV/Txn", MethodType.UNARY);
    private static final MethodDescriptor<byte[], byte[]> WATCH =
            RawCalls.method("etcdserverpb.Watch/Watch", MethodType.BIDI_STREAMING);

    private static final int LISTED_KEYS = 200_000;
    private static final int WATCHERS = 1_000;

    private final Program program;
    private final Report report;
    private final double warmUp;
    private final double seconds;

    Cases(Program program, Report report, double warmUp, double seconds) {
        this.program = program;
        this.report = report;
        this.warmUp = warmUp;
        this.seconds = seconds;
    }

    /** Point operations and watches on a small store. */
    void small(Path dir, int[] clientCounts, boolean watches) throws Exception {
        try (Subject subject = Subject.start(program, dir, 1)) {
            Payloads payloads = new Payloads(256);
            long keys = 100_000;
            try (RawCalls calls = subject.connect(20)) {
                new ClosedLoop(calls, subject::cpuSeconds)
                        .forOperations(PUT, 200, keys, (client, number) -> payloads.put("/bench/", number));
            }
            for (int clients : clientCounts) {
                try (RawCalls calls = subject.connect(Math.max(1, clients / 10))) {
                    ClosedLoop loop = new ClosedLoop(calls, subject::cpuSeconds);
                    RandomGenerator random = RandomGeneratorFactory.getDefault().create(7);
                    String at = ", " + clients + (clients == 1 ? " client" : " clients");
                    report.add(
                            program,
                            "put" + at,
                            loop.forSeconds(
                                    PUT,
                                    clients,
                                    warmUp,
                                    seconds,
                                    (client, number) -> payloads.put("/bench/", pick(random, keys))));
                    report.add(
                            program,
                            "get" + at,
                            loop.forSeconds(
                                    RANGE,
                                    clients,
                                    warmUp,
                                    seconds,
                                    (client, number) -> Payloads.get("/bench/", pick(random, keys))));
                    report.add(
                            program,
                            "txn create" + at,
                            loop.forSeconds(
                                    TXN,
                                    clients,
                                    warmUp,
                                    seconds,
                                    (client, number) -> payloads.txn("/create-" + clients + "/", number, 0)));
                    report.add(
                            program,
                            "txn update" + at,
                            loop.forSeconds(TXN, clients, warmUp, seconds, new Updates(payloads, clients)));
                }
            }
            if (watches) {
                watchLatency(subject, payloads);
                fanOut(subject, payloads);
            }
            report.figure(program, "small store", "peak RSS MiB", subject.peakResidentMiB());
        }
    }

    /** Every client updates an object of its own by the revision it last wrote. */
    static final class Updates implements ClosedLoop.Requests {

        private final Payloads payloads;
        private final long[] revisions;

        Updates(Payloads payloads, int clients) {
            this.payloads = payloads;
            this.revisions = new long[clients];
        }

        @Override
        public byte[] next(int client, long sequence) {
            return payloads.txn("/update-" + revisions.length + "/", client, revisions[client]);
        }

        @Override
        public boolean answered(int client, byte[] response, Status status) {
            try {
                TxnResponse txn = TxnResponse.parseFrom(response);
                if (!status.isOk() || !txn.getSucceeded()) {
                    return false;
                }
                revisions[client] = txn.getHeader().getRevision();
                return true;
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("not a transaction's response", e);
            }
        }
    }

    /** One watcher, a put at a time: from the put's sending to the event's arrival. */
    private void watchLatency(Subject subject, Payloads payloads) throws InterruptedException {
        Histogram latencies = new ConcurrentHistogram(1, 60_000_000_000L, 3);
        try (RawCalls calls = subject.connect(2)) {
            AtomicReference<CountDownLatch> awaited = new AtomicReference<>(new CountDownLatch(1));
            ClientCall<byte[], byte[]> watch = calls.stream(
                    0,
                    WATCH,
                    Payloads.watch("/watched/"),
                    message -> awaited.get().countDown());
            await(awaited.get());
            for (int i = 0; i < 2_000; i++) {
                CountDownLatch arrival = new CountDownLatch(1);
                awaited.set(arrival);
                long from = System.nanoTime();
                calls.unary(1, PUT, payloads.put("/watched/", i), (response, status) -> {});
                await(arrival);
                if (i >= 500) {
                    latencies.recordValue(System.nanoTime() - from);
                }
            }
            watch.cancel("done", null);
        }
        report.figure(program, "watch latency", "p50 ms", latencies.getValueAtPercentile(50) / 1e6);
        report.figure(program, "watch latency", "p99 ms", latencies.getValueAtPercentile(99) / 1e6);
    }

    /** Many watchers of one prefix while ten clients put there: events delivered and puts got through. */
    private void fanOut(Subject subject, Payloads payloads) throws InterruptedException {
        LongAdder messages = new LongAdder();
        LongAdder bytes = new LongAdder();
        try (RawCalls watchers = subject.connect(10);
                RawCalls writers = subject.connect(10)) {
            List<ClientCall<byte[], byte[]>> streams = new ArrayList<>();
            for (int i = 0; i < WATCHERS; i++) {
                streams.add(watchers.stream(i, WATCH, Payloads.watch("/fan/"), message -> {
                    messages.increment();
                    bytes.add(message.length);
                }));
            }
            while (messages.sum() < WATCHERS) {
                Thread.sleep(10);
            }
            int eventBytes = payloads.put("/fan/", 1).length;
            ClosedLoop loop = new ClosedLoop(writers, subject::cpuSeconds);
            long bytesBefore = bytes.sum();
            long from = System.nanoTime();
            Measurement puts = loop.forSeconds(
                    PUT, 10, 0, warmUp + seconds, (client, number) -> payloads.put("/fan/", number % 1_000));
            double took = (System.nanoTime() - from) / 1e9;
            report.figure(
                    program,
                    "fan-out to 1,000 watchers",
                    "about events/s",
                    (bytes.sum() - bytesBefore) / took / eventBytes);
            report.figure(program, "fan-out to 1,000 watchers", "puts/s", puts.perSecond());
            streams.forEach(stream -> stream.cancel("done", null));
        }
    }

    /** Lists and counts over many keys. */
    void large(Path dir) throws Exception {
        try (Subject subject = Subject.start(program, dir, 1)) {
            Payloads payloads = new Payloads(256);
            try (RawCalls calls = subject.connect(20)) {
                ClosedLoop loop = new ClosedLoop(calls, subject::cpuSeconds);
                loop.forOperations(PUT, 200, LISTED_KEYS, (client, number) -> payloads.put(Payloads.PODS, number));
                ByteString first = ByteString.copyFromUtf8(Payloads.PODS);
                report.add(
                        program,
                        "range of 1,000, 4 clients",
                        loop.forSeconds(
                                RANGE,
                                4,
                                warmUp,
                                seconds,
                                (client, number) -> Payloads.page(
                                        Payloads.key(Payloads.PODS, number * 1_009 % LISTED_KEYS),
                                        Payloads.PODS,
                                        1_000,
                                        0)));
                report.add(
                        program,
                        "first page of 500 of 200k, 1 client",
                        loop.forSeconds(
                                RANGE,
                                1,
                                warmUp,
                                seconds,
                                (client, number) -> Payloads.page(first, Payloads.PODS, 500, 0)));
                report.add(
                        program,
                        "count of 200k, 1 client",
                        loop.forSeconds(RANGE, 1, warmUp, seconds, (client, number) -> Payloads.count(Payloads.PODS)));
                pagedList(subject, calls, first);
            }
            report.figure(program, "200k keys", "peak RSS MiB", subject.peakResidentMiB());
        }
    }

    /** The whole prefix in pages of 500 at the first page's revision, as Kubernetes lists. */
    private void pagedList(Subject subject, RawCalls calls, ByteString first) throws Exception {
        double cpuBefore = subject.cpuSeconds();
        long from = System.nanoTime();
        ByteString next = first;
        long revision = 0;
        long seen = 0;
        while (true) {
            AtomicReference<byte[]> answer = new AtomicReference<>(new byte[0]);
            CountDownLatch done = new CountDownLatch(1);
            calls.unary(0, RANGE, Payloads.page(next, Payloads.PODS, 500, revision), (response, status) -> {
                answer.set(response);
                done.countDown();
            });
            await(done);
            RangeResponse page = RangeResponse.parseFrom(answer.get());
            if (revision == 0) {
                revision = page.getHeader().getRevision();
            }
            seen += page.getKvsCount();
            if (!page.getMore()) {
                break;
            }
            next = page.getKvs(page.getKvsCount() - 1).getKey().concat(ByteString.copyFrom(new byte[] {0}));
        }
        if (seen != LISTED_KEYS) {
            throw new IllegalStateException("listed " + seen + " of " + LISTED_KEYS);
        }
        report.figure(program, "200k keys in pages of 500", "seconds", (System.nanoTime() - from) / 1e9);
        report.figure(program, "200k keys in pages of 500", "CPU s", subject.cpuSeconds() - cpuBefore);
    }

    /** Loads many keys and restarts on them. */
    void million(Path dir, long keys) throws Exception {
        try (Subject subject = Subject.start(program, dir, 1)) {
            Payloads payloads = new Payloads(512);
            String title = "load " + keys + " keys of 512 B";
            try (RawCalls calls = subject.connect(20)) {
                Measurement load = new ClosedLoop(calls, subject::cpuSeconds)
                        .forOperations(PUT, 200, keys, (client, number) -> payloads.put("/million/", number));
                report.figure(program, title, "seconds", load.seconds());
                report.figure(program, title, "CPU s per 1,000", load.cpuPerThousand());
                report.figure(program, title, "p99 ms", load.p99Millis());
            }
            report.figure(program, title, "RSS MiB", subject.residentMiB());
            report.figure(program, title, "peak RSS MiB", subject.peakResidentMiB());
            report.figure(program, title, "disk MiB", subject.diskMiB());
            report.figure(program, title, "restart seconds", subject.restartSeconds());
            report.figure(program, title, "RSS MiB after restart", subject.residentMiB());
        }
    }

    private static long pick(RandomGenerator random, long bound) {
        synchronized (random) {
            return random.nextLong(bound);
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no answer within 30 s");
        }
    }
}
