package dev.mainstay.e2e.clients;

import dev.mainstay.e2e.cluster.TestCluster;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Kills the members of a cluster one after the other, and in the end the one that leads then, each time while the client
 * under test works: it must get on before a member is killed, while it is down, and after it came back.
 */
final class KillsInTurn {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BETWEEN = 100;
    private static final int WHILE_DOWN = 50;

    private final TestCluster cluster;
    private final LongSupplier acknowledged;

    /** @param acknowledged counts the client's successes so far; may throw if the client has failed */
    KillsInTurn(TestCluster cluster, LongSupplier acknowledged) {
        this.cluster = cluster;
        this.acknowledged = acknowledged;
    }

    void run() {
        for (int member = 0; member < cluster.size(); member++) {
            killAndStart(member);
        }
        killAndStart(cluster.awaitLeader());
        awaitMore(BETWEEN, "after all kills");
    }

    private void killAndStart(int member) {
        awaitMore(BETWEEN, "before the kill of " + member);
        cluster.member(member).kill9();
        awaitMore(WHILE_DOWN, "without " + member);
        cluster.start(member);
    }

    private void awaitMore(int more, String when) {
        long enough = acknowledged.getAsLong() + more;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (acknowledged.getAsLong() < enough) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the client doesn't get on " + when + ": " + acknowledged.getAsLong()
                        + " acknowledged, waiting for " + enough + "\n" + cluster.logTails());
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
