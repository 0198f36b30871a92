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
 * Fresh members of etcd, as many fresh ones to judge by them, with the same limits, and a player on each side.
 *
 * @param <S> the steps they play
 */
public final class ServerPair<S> implements AutoCloseable {
    /** Steps that each player plays before the answers are compared. */
    private static final int CHUNK = 250;

    /** A busy machine must not make members elect a leader, since what is under way then may be answered with an error. */
    private static final List<String> PATIENT = List.of("--heartbeat-interval=300", "--election-timeout=3000");

    private final Game<S> game;
    private final Outcomes outcomes;
    private final Side<S> reference;
    private final Side<S> subject;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private int played;

    /**
     * Starts both.
     *
     * @param game what is played
     * @param outcomes where what etcd answers is counted
     * @param dir an empty folder for their files
     * @param subject what is judged; another etcd judges the test itself
     * @param members how many there are on each side
     */
    public ServerPair(Game<S> game, Outcomes outcomes, Path dir, Program subject, int members) {
        this.game = game;
        this.outcomes = outcomes;
        reference = new Side<>(game, Program.ETCD, dir.resolve("reference"), members);
        try {
            this.subject = new Side<>(game, subject, dir.resolve("subject"), members);
        } catch (RuntimeException e) {
            reference.close();
            throw e;
        }
    }

    /** The first step whose answers differ, if any. May be called again to go on with further steps. */
    public Optional<Mismatch> play(List<S> steps) {
        for (int from = 0; from < steps.size(); from += CHUNK) {
            List<S> chunk = steps.subList(from, Math.min(from + CHUNK, steps.size()));
            var expected = CompletableFuture.supplyAsync(() -> answers(reference.player, chunk), threads);
            var actual = CompletableFuture.supplyAsync(() -> answers(subject.player, chunk), threads);
            for (int i = 0; i < chunk.size(); i++) {
                String referenced = expected.join().get(i);
                String given = actual.join().get(i);
                if (!referenced.equals(given) && !game.excused(chunk.get(i), referenced, given)) {
                    return Optional.of(new Mismatch(played + i, chunk.get(i).toString(), referenced, given));
                }
                outcomes.count(game.label(chunk.get(i)), referenced);
            }
            played += chunk.size();
        }
        return Optional.empty();
    }

    private static <S> List<String> answers(Game.Playing<S> player, List<S> steps) {
        List<String> answers = new ArrayList<>();
        for (S step : steps) {
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
    private static final class Side<S> implements AutoCloseable {
        private final Network network;
        private final TestCluster cluster;
        private final Game.Playing<S> player;

        Side(Game<S> game, Program program, Path dir, int members) {
            network = new PlainNetwork(members);
            cluster = TestCluster.start(program, dir, members, network, flags(game, program, members));
            try {
                cluster.awaitPublished();
                player = game.player(cluster.endpoints());
            } catch (RuntimeException e) {
                cluster.close();
                throw e;
            }
        }

        private static String[] flags(Game<?> game, Program program, int members) {
            List<String> flags = new ArrayList<>(game.flags(program));
            if (members > 1) {
                flags.addAll(PATIENT);
            }
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
