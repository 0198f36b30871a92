package dev.mainstay.e2e.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.history.HistoryCheck;
import dev.mainstay.e2e.history.WriteLog;
import dev.mainstay.e2e.history.Writer;
import dev.mainstay.e2e.server.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Options: {@code -Dcrash.kills} how many kills (12); {@code -Dcrash.seed}; {@code -Dcrash.subject=etcd} tries the test on
 * the original.
 */
@Tag("crash")
class CrashE2E {
    private static final int WRITERS = 6;
    /** A run ends after a random number of acknowledgements up to this, so that a slow machine still gets somewhere. */
    private static final int MAX_RUN_ACKNOWLEDGED = 1_000;

    private static final int MAX_RUN_MILLIS = 2_500;
    private static final int MAX_START_MILLIS = 1_200;
    /** How much verified history stays readable. */
    private static final int KEPT_REVISIONS = 300;

    @Test
    void everythingAcknowledgedSurvivesKill9(@TempDir Path dir) throws InterruptedException {
        int kills = Integer.getInteger("crash.kills", 12);
        long seed = Long.getLong("crash.seed", System.nanoTime());
        System.out.println("crash: seed " + seed + ", " + kills + " kills");
        Random random = new Random(seed);
        WriteLog log = new WriteLog();
        HistoryCheck check = new HistoryCheck(log);
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i, random.nextLong(), log, () -> check.verifiedRevision() - KEPT_REVISIONS));
        }

        try (TestServer server = start(dir);
                ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            for (int kill = 1; kill <= kills; ) {
                long enough = log.acknowledgedCount() + random.nextInt(MAX_RUN_ACKNOWLEDGED);
                writeUntil(server, writers, threads, () -> log.acknowledgedCount() >= enough);
                kill++;
                while (kill <= kills && random.nextInt(4) == 0) {
                    server.launch();
                    Thread.sleep(random.nextInt(MAX_START_MILLIS));
                    server.kill9();
                    kill++;
                }
                server.start();
                try (EtcdClient client = new EtcdClient(server.endpoint())) {
                    check.verify(client);
                }
                System.out.println("crash: " + (kill - 1) + " kills, " + log.acknowledgedCount()
                        + " acknowledged, revision " + check.verifiedRevision() + " is right, compacted to "
                        + log.compactedAtLeast());
            }
        }

        assertThat(log.acknowledgedCount()).isGreaterThan(kills);
    }

    private static TestServer start(Path dir) {
        return System.getProperty("crash.subject", "mainstay").equals("etcd")
                ? TestServer.etcd(dir)
                : TestServer.mainstay(dir);
    }

    /** Lets all writers run, kills the server under them, and returns when all have noticed. */
    private static void writeUntil(
            TestServer server, List<Writer> writers, ExecutorService threads, BooleanSupplier enough)
            throws InterruptedException {
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            List<CompletableFuture<Void>> running = writers.stream()
                    .map(writer -> CompletableFuture.runAsync(() -> writer.runUntilFailure(client), threads))
                    .toList();
            long latest = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MAX_RUN_MILLIS);
            while (!enough.getAsBoolean() && System.nanoTime() < latest) {
                Thread.sleep(1);
            }
            server.kill9();
            running.forEach(CompletableFuture::join);
        }
    }
}
