package dev.mainstay.e2e.bench;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A fixed number of clients, each sending its next request when the previous one is answered. Latencies are what a
 * client waited; with a closed loop they grow with the number of clients, alike on every server.
 */
final class ClosedLoop {

    private final RawCalls calls;
    private final DoubleSupplier serverCpuSeconds;

    ClosedLoop(RawCalls calls, DoubleSupplier serverCpuSeconds) {
        this.calls = calls;
        this.serverCpuSeconds = serverCpuSeconds;
    }

    /** Makes the next request of a client. */
    @FunctionalInterface
    interface Requests {
        /** @param sequence counts all requests of the run, over all clients */
        byte[] next(int client, long sequence);

        /** Hears an answer before the client's next request is made; {@code false} counts it as failed. */
        default boolean answered(int client, byte[] response, Status status) {
            return status.isOk();
        }
    }

    /** Runs until the time is over, the first part of it as warm-up that doesn't count. */
    Measurement forSeconds(
            MethodDescriptor<byte[], byte[]> method, int clients, double warmUp, double seconds, Requests requests)
            throws InterruptedException {
        Run run = new Run(method, clients, Long.MAX_VALUE, requests);
        run.start();
        Thread.sleep((long) (warmUp * 1_000));
        run.reset();
        double cpuBefore = serverCpuSeconds.getAsDouble();
        long from = System.nanoTime();
        Thread.sleep((long) (seconds * 1_000));
        long operations = run.finished.sum();
        double took = (System.nanoTime() - from) / 1e9;
        double cpu = serverCpuSeconds.getAsDouble() - cpuBefore;
        Histogram latencies = run.latencies.copy();
        run.stop();
        return run.measurement(operations, took, cpu, latencies);
    }

    /** Runs a fixed number of requests. */
    Measurement forOperations(MethodDescriptor<byte[], byte[]> method, int clients, long operations, Requests requests)
            throws InterruptedException {
        Run run = new Run(method, clients, operations, requests);
        double cpuBefore = serverCpuSeconds.getAsDouble();
        long from = System.nanoTime();
        run.start();
        run.idle.await();
        double took = (System.nanoTime() - from) / 1e9;
        return run.measurement(
                run.finished.sum(), took, serverCpuSeconds.getAsDouble() - cpuBefore, run.latencies.copy());
    }

    private final class Run {

        private final MethodDescriptor<byte[], byte[]> method;
        private final int clients;
        private final long limit;
        private final Requests requests;
        private final AtomicLong sequence = new AtomicLong();
        private final LongAdder finished = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final Histogram latencies = new ConcurrentHistogram(1, 60_000_000_000L, 3);
        private final CountDownLatch idle;
        private volatile boolean stopping;

        Run(MethodDescriptor<byte[], byte[]> method, int clients, long limit, Requests requests) {
            this.method = method;
            this.clients = clients;
            this.limit = limit;
            this.requests = requests;
            this.idle = new CountDownLatch(clients);
        }

        void start() {
            for (int client = 0; client < clients; client++) {
                send(client);
            }
        }

        void reset() {
            finished.reset();
            failed.reset();
            latencies.reset();
        }

        void stop() throws InterruptedException {
            stopping = true;
            idle.await();
        }

        private void send(int client) {
            long number = sequence.getAndIncrement();
            if (stopping || number >= limit) {
                idle.countDown();
                return;
            }
            // Fewer clients than connections take these in turn, so that none of the members is left out.
            int connection = (int) (clients < calls.connections() ? number % calls.connections() : client);
            long from = System.nanoTime();
            calls.unary(connection, method, requests.next(client, number), (response, status) -> {
                latencies.recordValue(Math.max(1, System.nanoTime() - from));
                finished.increment();
                if (!requests.answered(client, response, status)) {
                    failed.increment();
                }
                send(client);
            });
        }

        Measurement measurement(long operations, double seconds, double cpu, Histogram histogram) {
            return new Measurement(
                    operations,
                    seconds,
                    histogram.getValueAtPercentile(50) / 1e6,
                    histogram.getValueAtPercentile(99) / 1e6,
                    cpu,
                    failed.sum());
        }
    }
}
