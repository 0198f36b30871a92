package dev.mainstay.e2e.migration;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.options.Options;
import dev.mainstay.e2e.server.Binaries;
import dev.mainstay.e2e.server.Pause;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * How long a move out of an etcd takes that is written to all the time, and for how long nobody can write: from the last write to the
 * source to the first to the target. Ends with 1 if anything differs afterwards.
 *
 * <p>Arguments, all optional: {@code --keys=N} (200,000) of {@code --value=B} bytes (256), {@code --pause=MS} between two writes (2),
 * {@code --follow=S} seconds to follow before the writers are stopped (10), {@code --members=N} of the target (1), {@code --dir=D}.
 */
public final class MigrationBench {
    private static final int AT_ONCE = 500;
    private static final int LOOK_MILLIS = 20;

    private MigrationBench() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Path dir = options.directory("mainstay-migration");
        int members = options.number("members", 1);
        try (TestServer etcd = TestServer.etcd(dir.resolve("source"));
                EtcdClient source = new EtcdClient(etcd.endpoint());
                PlainNetwork network = new PlainNetwork(members);
                TestCluster cluster = TestCluster.start(Program.MAINSTAY, dir.resolve("target"), members, network)) {
            int keys = options.number("keys", 200_000);
            fill(source, keys, options.number("value", 256));
            System.out.println("filled with " + keys + " keys, revision " + SameContents.revision(source));
            try (SourceLoad load = SourceLoad.start(etcd.endpoint(), 1, 10_000, options.number("pause", 2))) {
                boolean equal = move(etcd, source, cluster, load, dir, TimeSpan.seconds(options.number("follow", 10)));
                System.exit(equal ? 0 : 1);
            }
        }
    }

    /** Milliseconds, for readers. */
    private record TimeSpan(long millis) {
        static TimeSpan seconds(int seconds) {
            return new TimeSpan(1_000L * seconds);
        }

        static TimeSpan since(long nanos) {
            return new TimeSpan((System.nanoTime() - nanos) / 1_000_000);
        }
    }

    private static boolean move(
            TestServer etcd, EtcdClient source, TestCluster cluster, SourceLoad load, Path dir, TimeSpan follow)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process tool = new ProcessBuilder(
                        Binaries.mainstay().toString(),
                        "migrate",
                        "--from=" + etcd.endpoint(),
                        "--to=" + String.join(",", cluster.endpoints()),
                        "--scratch=" + dir.resolve("scratch"),
                        "--cut-over=auto",
                        "--quiet=1",
                        "--write-out=json")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        TimeSpan loaded = new TimeSpan(0);
        TimeSpan behind = new TimeSpan(0);
        TimeSpan pause = new TimeSpan(0);
        String result = "";
        try (BufferedReader news =
                new BufferedReader(new InputStreamReader(tool.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = news.readLine(); line != null; line = news.readLine()) {
                System.out.println(line);
                if (loaded.millis() == 0 && line.contains("the snapshot is loaded")) {
                    loaded = TimeSpan.since(began);
                }
                if (behind.millis() == 0 && line.contains("\"lag\":") && number(line, "lag") < 1_000) {
                    behind = TimeSpan.since(began);
                    Pause.millis(follow.millis());
                    load.stop();
                    pause = untilWritten(cluster.client(0));
                }
                result = line;
            }
        }
        int code = tool.waitFor();
        long revision = code == 0 ? number(result, "revision") : 0;
        boolean equal =
                code == 0 && SameContents.keys(source, revision).equals(SameContents.keys(cluster.client(0), revision));
        System.out.println();
        System.out.println(
                "| target's members | snapshot loaded after ms | lag below 1,000 after ms | writes stood still ms |");
        System.out.println("|---:|---:|---:|---:|");
        System.out.println("| " + cluster.size() + " | " + loaded.millis() + " | " + behind.millis() + " | "
                + pause.millis() + " |");
        System.out.println(result);
        return equal;
    }

    /** A number in a line of JSON. */
    private static long number(String line, String name) {
        return Long.parseLong(line.replaceFirst(".*\"" + name + "\":(\\d+).*", "$1"));
    }

    private static TimeSpan untilWritten(EtcdClient target) {
        long since = System.nanoTime();
        while (true) {
            try {
                PutResponse written = target.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("moved"))
                                .build());
                System.out.println("first write to the target: revision "
                        + written.getHeader().getRevision());
                return TimeSpan.since(since);
            } catch (StatusRuntimeException e) {
                Pause.millis(LOOK_MILLIS);
            }
        }
    }

    private static void fill(EtcdClient client, int keys, int bytes) throws InterruptedException, ExecutionException {
        Random random = new Random(1);
        Deque<Future<PutResponse>> pending = new ArrayDeque<>();
        for (int i = 0; i < keys; i++) {
            if (pending.size() == AT_ONCE) {
                require(pending.remove().get());
            }
            byte[] value = new byte[bytes];
            random.nextBytes(value);
            pending.add(client.kvAsync()
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("bench/%012d".formatted(i)))
                            .setValue(ByteString.copyFrom(value))
                            .build()));
        }
        for (Future<PutResponse> last : pending) {
            require(last.get());
        }
    }

    private static void require(PutResponse answer) {
        if (!answer.hasHeader()) {
            throw new IllegalStateException("an answer without a header");
        }
    }
}
