package dev.mainstay.node.server;

import io.quarkus.runtime.Quarkus;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Plays a scene of everyday calls against the node it runs in, others with three members, then ends the process: what the JVM
 * keeps of that at build time makes every later start faster, spares a member half a second of its first leadership, and tells
 * the compiler what to begin with. Asked for by the system property {@code mainstay.rehearsal}.
 */
final class Rehearsal {

    private static final int ROUNDS = 2_000;

    private Rehearsal() {}

    /** @param directory where the three members may put their data */
    static void runIfAsked(Vertx vertx, int port, Path directory) throws IOException {
        if (!Boolean.getBoolean("mainstay.rehearsal")) {
            return;
        }
        var calls = new RehearsalCalls(vertx);
        calls.everyday(port, ROUNDS);
        try (var cluster = new RehearsalCluster(vertx, directory)) {
            cluster.play(calls);
            cluster.playUnderLoad(calls);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Quarkus.asyncExit(0);
    }
}
