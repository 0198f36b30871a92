package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.server.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A fresh etcd and a fresh server to judge by it, with the same limits, and a player on each. The limits are low so that
 * short sequences reach them.
 */
public final class ServerPair implements AutoCloseable {
    /** Steps that each player plays before the answers are compared. */
    private static final int CHUNK = 250;

    private static final String[] FLAGS = {"--max-request-bytes=65536", "--max-txn-ops=8"};

    private final TestServer reference;
    private final TestServer subject;
    private final Player referencePlayer;
    private final Player subjectPlayer;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private int played;

    /**
     * Starts both.
     *
     * @param dir an empty folder for their files
     * @param subjectIsEtcd to judge the test itself: compares two etcds
     */
    public ServerPair(Path dir, boolean subjectIsEtcd) {
        String[] etcdFlags = flags("--experimental-watch-progress-notify-interval=700ms");
        reference = TestServer.etcd(dir.resolve("etcd"), etcdFlags);
        subject = subjectIsEtcd
                ? TestServer.etcd(dir.resolve("subject"), etcdFlags)
                : TestServer.mainstay(dir.resolve("subject"), flags("--watch-progress-notify-interval=700ms"));
        referencePlayer = new Player(reference.endpoint());
        subjectPlayer = new Player(subject.endpoint());
    }

    /** The first step whose answers differ, if any. May be called again to go on with further steps. */
    public Optional<Mismatch> play(List<Step> steps) {
        for (int from = 0; from < steps.size(); from += CHUNK) {
            List<Step> chunk = steps.subList(from, Math.min(from + CHUNK, steps.size()));
            var expected = CompletableFuture.supplyAsync(() -> answers(referencePlayer, chunk), threads);
            var actual = CompletableFuture.supplyAsync(() -> answers(subjectPlayer, chunk), threads);
            for (int i = 0; i < chunk.size(); i++) {
                String reference = expected.join().get(i);
                String subject = actual.join().get(i);
                if (!reference.equals(subject) && !KnownDifferences.isKeptHash(chunk.get(i), reference, subject)) {
                    return Optional.of(new Mismatch(played + i, chunk.get(i), reference, subject));
                }
            }
            played += chunk.size();
        }
        return Optional.empty();
    }

    private static List<String> answers(Player player, List<Step> steps) {
        List<String> answers = new ArrayList<>();
        for (Step step : steps) {
            answers.add(player.play(step));
        }
        return answers;
    }

    private static String[] flags(String own) {
        List<String> flags = new ArrayList<>(List.of(FLAGS));
        flags.add(own);
        return flags.toArray(String[]::new);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        referencePlayer.close();
        subjectPlayer.close();
        reference.close();
        subject.close();
    }
}
