package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Measures what tracing and the audit log cost a lone member under puts, client and member in one process. Not a test: run it by
 * hand on a quiet machine, with an empty directory as its argument.
 */
public final class OversightMeasurement {

    private static final int UNDER_WAY = 64;
    private static final int PUTS = 30_000;
    private static final int ROUNDS = 2;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[256]);

    private OversightMeasurement() {}

    /** Prints one line per round and setting. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Path policy = Files.writeString(directory.resolve("policy.yaml"), "{default: metadata, onFailure: refuse}");
        try (Collector collector = new Collector(false)) {
            for (int round = 0; round <= ROUNDS; round++) {
                run(round, "off", directory, List.of());
                run(round, "traces on, rate 0", directory, List.of(collector.flags(0)));
                run(round, "traces on, rate 1000", directory, List.of(collector.flags(1_000)));
                run(round, "traces on, rate 1000000", directory, List.of(collector.flags(1_000_000)));
                run(
                        round,
                        "audit",
                        directory,
                        List.of("--audit-log-path=" + directory.resolve("audit.log"), "--audit-log-max-files=1"));
                run(
                        round,
                        "audit, refusing",
                        directory,
                        List.of(
                                "--audit-log-path=" + directory.resolve("audit.log"),
                                "--audit-log-max-files=1",
                                "--audit-policy-file=" + policy));
            }
        }
    }

    /** Round 0 warms up. */
    private static void run(int round, String name, Path directory, List<String> flags) throws Exception {
        Path data = Files.createTempDirectory(directory, "member");
        try (RunningMember member = new RunningMember(data, flags.toArray(String[]::new))) {
            puts(member, PUTS / 10);
            var memory = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            long bytes = memory.getTotalThreadAllocatedBytes();
            long start = System.nanoTime();
            puts(member, PUTS);
            double seconds = (System.nanoTime() - start) / 1e9;
            bytes = memory.getTotalThreadAllocatedBytes() - bytes;
            if (round > 0) {
                System.out.printf(
                        Locale.ROOT,
                        "%d %-26s %7.0f puts/s %6d bytes allocated per put%n",
                        round,
                        name,
                        PUTS / seconds,
                        bytes / PUTS);
            }
        }
    }

    private static void puts(RunningMember member, int count) throws InterruptedException {
        Semaphore room = new Semaphore(UNDER_WAY);
        KVGrpc.KVStub kv = KVGrpc.newStub(member.channel());
        StreamObserver<PutResponse> answered = new StreamObserver<>() {
            @Override
            public void onNext(PutResponse response) {}

            @Override
            public void onError(Throwable error) {
                throw new IllegalStateException(error);
            }

            @Override
            public void onCompleted() {
                room.release();
            }
        };
        for (int i = 0; i < count; i++) {
            if (!room.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no answer");
            }
            kv.put(
                    PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("key" + i % 10_000))
                            .setValue(VALUE)
                            .build(),
                    answered);
        }
        if (!room.tryAcquire(UNDER_WAY, 30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no answer");
        }
    }
}
