package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.bench.ClosedLoop.Requests;
import dev.mainstay.e2e.server.Program;
import io.grpc.MethodDescriptor;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The cases of a cluster: clients spread over all members, so most requests come to one that doesn't lead; and, for
 * comparison, all at the leader. CPU is that of all members together.
 */
final class ClusterCases {

    private static final long KEYS = 100_000;
    private static final int LOADERS = 200;
    private static final int CLIENTS_PER_CONNECTION = 10;
    private static final int[] FEW = {1, 10, 100};
    /** For the case with few clients, where a put of a runtime that still compiles costs a multiple. */
    private static final double LONG_WARM_UP_SECONDS = 30;

    private static final String PREFIX = "/bench/";

    private final Program program;
    private final int members;
    private final Report report;
    private final double warmUp;
    private final double seconds;
    private final Payloads payloads = new Payloads(256);
    private final Requests puts = (client, number) -> payloads.put(PREFIX, anyKey());
    private final Requests gets = (client, number) -> Payloads.get(PREFIX, anyKey());

    ClusterCases(Program program, int members, Report report, double warmUp, double seconds) {
        this.program = program;
        this.members = members;
        this.report = report;
        this.warmUp = warmUp;
        this.seconds = seconds;
    }

    /** Puts, linearizable gets and the transactions of Kubernetes. */
    void points(Path dir, int[] clientCounts) throws InterruptedException {
        try (Subject subject = Subject.start(program, dir, members)) {
            load(subject);
            for (int clients : clientCounts) {
                try (RawCalls calls = subject.connect(clients / CLIENTS_PER_CONNECTION)) {
                    ClosedLoop loop = new ClosedLoop(calls, subject::cpuSeconds);
                    measure(loop, "put", clients, Cases.PUT, puts);
                    measure(loop, "get", clients, Cases.RANGE, gets);
                    measure(
                            loop,
                            "txn create",
                            clients,
                            Cases.TXN,
                            (client, number) -> payloads.txn("/create-" + clients + "/", number, 0));
                    measure(loop, "txn update", clients, Cases.TXN, new Cases.Updates(payloads, clients));
                }
                try (RawCalls calls = subject.connectToLeader(Math.max(1, clients / CLIENTS_PER_CONNECTION))) {
                    measure(new ClosedLoop(calls, subject::cpuSeconds), "put at the leader", clients, Cases.PUT, puts);
                }
            }
            report.figure(program, "small store", "peak RSS MiB, sum", subject.peakResidentMiB());
        }
    }

    /** What a put costs when there are few of them, by processes that are warm; and what it costs to do nothing. */
    void low(Path dir) throws InterruptedException {
        try (Subject subject = Subject.start(program, dir, members)) {
            load(subject);
            try (RawCalls calls = subject.connect(CLIENTS_PER_CONNECTION)) {
                new ClosedLoop(calls, subject::cpuSeconds)
                        .forSeconds(Cases.PUT, 100, LONG_WARM_UP_SECONDS, seconds, puts);
            }
            for (int clients : FEW) {
                try (RawCalls calls = subject.connect(clients / CLIENTS_PER_CONNECTION)) {
                    measure(new ClosedLoop(calls, subject::cpuSeconds), "warm: put", clients, Cases.PUT, puts);
                }
            }
            double before = subject.cpuSeconds();
            Thread.sleep((long) (seconds * 1_000));
            report.figure(program, "warm: idle", "CPU s per s", (subject.cpuSeconds() - before) / seconds);
        }
    }

    private void load(Subject subject) throws InterruptedException {
        try (RawCalls calls = subject.connect(LOADERS / CLIENTS_PER_CONNECTION)) {
            new ClosedLoop(calls, subject::cpuSeconds)
                    .forOperations(Cases.PUT, LOADERS, KEYS, (client, number) -> payloads.put(PREFIX, number));
        }
    }

    private void measure(
            ClosedLoop loop, String what, int clients, MethodDescriptor<byte[], byte[]> method, Requests requests)
            throws InterruptedException {
        report.add(
                program,
                what + ", " + clients + (clients == 1 ? " client" : " clients"),
                loop.forSeconds(method, clients, warmUp, seconds, requests));
    }

    private static long anyKey() {
        return ThreadLocalRandom.current().nextLong(KEYS);
    }
}
