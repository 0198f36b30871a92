package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.node.objectstore.testing.FaultyProxy;
import dev.mainstay.node.objectstore.testing.S3Server;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a member's backups and archive with an S3 server that is a process of its own, from the first to a member that goes on. */
class BackupOverS3Test {

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    static Path temp = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static S3Server s3;

    private static List<String> flags(String url, String prefix) throws IOException {
        Path id = Files.writeString(temp.resolve("id"), "an id\n");
        Path secret = Files.writeString(temp.resolve("secret"), "a secret\n");
        return List.of(
                "--" + prefix + "repository=s3://" + S3Server.BUCKET + "/orders",
                "--" + prefix + "endpoint-url=" + url,
                "--" + prefix + "region=eu-central-1",
                "--" + prefix + "path-style=true",
                "--" + prefix + "access-key-file=" + id,
                "--" + prefix + "secret-key-file=" + secret);
    }

    @BeforeAll
    static void start() throws Exception {
        s3 = S3Server.start(temp);
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    /** The store throttles, is slow, loses answers and resets connections, one after the other. */
    @Test
    void slowAndFailingStoreHoldsNoWriteUpAndMissesNothing() throws Exception {
        try (FaultyProxy network = new FaultyProxy(s3.port())) {
            List<String> flags = new ArrayList<>(flags(network.url(), "archive-"));
            flags.set(0, "--archive-repository=s3://" + S3Server.BUCKET + "/troubled");
            flags.add("--archive-flush-interval=100ms");
            List<FaultyProxy.Fault> faults = List.of(
                    new FaultyProxy.Delay(1_500),
                    new FaultyProxy.Answer(503, "", "<Error><Code>SlowDown</Code><Message>slow</Message></Error>"),
                    new FaultyProxy.LoseAnswer(),
                    new FaultyProxy.CutUpload(20));
            int revision = 1;
            try (RunningMember member = new RunningMember(temp.resolve("troubled"), flags.toArray(String[]::new))) {
                await(() -> metric(member, "mainstay_archive_index") > 0);
                for (FaultyProxy.Fault fault : faults) {
                    network.on("PUT .*seg", 2, fault);
                    for (int i = 0; i < 50; i++) {
                        put(member, "k" + i, "v");
                        revision++;
                    }
                    double wanted = revision;
                    await(() -> metric(member, "mainstay_archive_revision") == wanted);
                }
                assertThat(metric(member, "mainstay_archive_gaps_total")).isZero();
            }
            List<String> tool = new ArrayList<>(flags("http://127.0.0.1:" + s3.port(), ""));
            tool.set(0, "--repository=s3://" + S3Server.BUCKET + "/troubled");
            assertThat(out(tool, "archive", "verify")).isEmpty();
        }
    }

    @Test
    void memberIsBackedUpArchivedAndRestored() throws Exception {
        List<String> flags = flags("http://127.0.0.1:" + s3.port(), "");
        List<String> memberFlags = new ArrayList<>(flags("http://127.0.0.1:" + s3.port(), "archive-"));
        memberFlags.add("--archive-flush-interval=100ms");
        String second;
        try (RunningMember member = new RunningMember(temp.resolve("member"), memberFlags.toArray(String[]::new))) {
            String endpoint = "--endpoints=http://127.0.0.1:" + member.port();
            await(() -> metric(member, "mainstay_archive_index") > 0);
            for (int i = 0; i < 200; i++) {
                put(member, "k" + i, "v".repeat(200) + i);
            }
            JsonObject first = json(flags, "backup", "create", endpoint);
            assertThat(first.getInteger("sentFiles")).isEqualTo(first.getInteger("files"));
            put(member, "late", "x");

            JsonObject next = json(flags, "backup", "create", endpoint);

            second = next.getString("id");
            assertThat(next.getInteger("sentFiles")).isLessThan(next.getInteger("files"));
            put(member, "archived", "y");
            await(() -> metric(member, "mainstay_archive_revision") == 203);
        }

        JsonArray list = new JsonArray(out(flags, "backup", "list"));
        assertThat(list).hasSize(2);
        assertThat(list.getJsonObject(1).getLong("revision")).isEqualTo(202);
        assertThat(list.getJsonObject(1).getLong("toRevision")).isEqualTo(203);
        assertThat(new JsonArray(out(flags, "archive", "status"))).hasSize(1);
        assertThat(out(flags, "archive", "verify")).isEmpty();
        assertThat(json(flags, "backup", "verify", second, "--mode=restore")
                        .getJsonObject("verified")
                        .getBoolean("good"))
                .isTrue();
        assertThat(json(flags, "backup", "prune", "--keep-last=1").getJsonArray("kept"))
                .containsExactly(second);

        var _ = json(flags, "backup", "restore", second, "--data-dir=" + temp.resolve("as-of-backup"));
        assertRestored("as-of-backup", 202);
        var _ = json(flags, "backup", "restore", "--to-latest", "--data-dir=" + temp.resolve("as-of-archive"));
        assertRestored("as-of-archive", 203);
    }

    private static void assertRestored(String name, long revision) throws Exception {
        try (RunningMember member = new RunningMember(temp.resolve(name))) {
            var range = member.kv()
                    .range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("\0"))
                            .setRangeEnd(ByteString.copyFromUtf8("\0"))
                            .setCountOnly(true)
                            .build());
            assertThat(range.getHeader().getRevision()).isEqualTo(revision);
            assertThat(range.getCount()).isEqualTo(revision - 1);
            put(member, "after", "z");
        }
    }

    private static void put(RunningMember member, String key, String value) {
        var _ = member.kv()
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build());
    }

    private static double metric(RunningMember member, String name) throws IOException {
        return member.get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static JsonObject json(List<String> flags, String... arguments) {
        return new JsonObject(out(flags, arguments));
    }

    private static String out(List<String> flags, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(flags);
        all.add("--write-out=json");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream toOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream toErr = new PrintStream(err, true, StandardCharsets.UTF_8);
        List<String> rest = all.subList(1, all.size());
        int code = all.getFirst().equals("backup")
                ? new BackupTool(toOut, toErr, false, InstantSource.system()).run(rest)
                : new ArchiveTool(toOut, toErr, false).run(rest);
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }
}
