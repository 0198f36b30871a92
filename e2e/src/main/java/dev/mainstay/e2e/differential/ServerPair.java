package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Fresh members of etcd, as many fresh ones to judge by them, with the same limits, and a player on each side. The limits are
 * low so that short sequences reach them.
 */
public final class ServerPair implements AutoCloseable {
    /** Steps that each player plays before the answers are compared. */
    private static final int CHUNK = 250;

    private static final List<String> FLAGS = List.of("--max-request-bytes=65536", "--max-txn-ops=8");
    /** A busy machine must not make members elect a leader, since what is under way then may be answered with an error. */
    private static final List<String> PATIENT = List.of("--heartbeat-interval=300", "--election-timeout=3000");

    private final Side reference;
    private final Side subject;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private int played;

    /**
     * Starts both.
     *
     * @param dir an empty folder for their files
     * @param subject what is judged; another etcd judges the test itself
     * @param members how many there are on each side
     */
    public ServerPair(Path dir, Program subject, int members) {
        reference = new Side(Program.ETCD, dir.resolve("reference"), members);
        try {
            this.subject = new Side(subject, dir.resolve("subject"), members);
        } catch (RuntimeException e) {
            reference.close();
            throw e;
        }
    }

    /** The first step whose answers differ, if any. May be called again to go on with further steps. */
    public Optional<Mismatch> play(List<Step> steps) {
        for (int from = 0; from < steps.size(); from += CHUNK) {
            List<Step> chunk = steps.subList(from, Math.min(from + CHUNK, steps.size()));
            var expected = CompletableFuture.supplyAsync(() -> answers(reference.player, chunk), threads);
            var actual = CompletableFuture.supplyAsync(() -> answers(subject.player, chunk), threads);
            for (int i = 0; i < chunk.size(); i++) {
                String referenced = expected.join().get(i);
                String given = actual.join().get(i);
                if (!referenced.equals(given) && !KnownDifferences.isKeptHash(chunk.get(i), referenced, given)) {
                    return Optional.of(new Mismatch(played + i, chunk.get(i), referenced, given));
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

    @Override
    public void close() {
        threads.shutdownNow();
        reference.close();
        subject.close();
    }

    /** The members of one product, and who plays on them. */
    private static final class Side implements AutoCloseable {
        private final Network network;
        private final TestCluster cluster;
        private final Player player;

        Side(Program program, Path dir, int members) {
            network = new PlainNetwork(members);
            cluster = TestCluster.start(program, dir, members, network, flags(program, members));
            try {
                cluster.awaitPublished();
                player = new Player(cluster.endpoints());
            } catch (RuntimeException e) {
                cluster.close();
                throw e;
            }
        }

        private static String[] flags(Program program, int members) {
            List<String> flags = new ArrayList<>(FLAGS);
            if (members > 1) {
                flags.addAll(PATIENT);
            }
            // The flag lost its prefix in 3.6.
            flags.add((program == Program.ETCD ? "--experimental-" : "--") + "watch-progress-notify-interval=700ms");
            return flags.toArray(String[]::new);
        }

        @Override
        public void close() {
            player.close();
            cluster.close();
            network.close();
        }
    }
}
