package dev.mainstay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.e2e.linear.Request;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Options: {@code -Dchaos.seed}; {@code -Dchaos.network=loopback}; {@code -De2e.clusters=etcd,mainstay}. The files of a run
 * that fails are kept.
 */
@Tag("chaos")
class ChaosE2E {
    static List<Program> programs() {
        return Program.forClusters();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void threeMembersSurvive(Program program, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path dir)
            throws InterruptedException {
        run(program, 3, List.of(Fault.KILL_LEADER, Fault.ISOLATE_LEADER, Fault.SLOW, Fault.PAUSE_LEADER), dir);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void fiveMembersSurvive(Program program, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path dir)
            throws InterruptedException {
        run(program, 5, List.of(Fault.SPLIT, Fault.REPLACE), dir);
    }

    /** Reads from past states, which the clients take for linearizable ones. */
    @ParameterizedTest
    @MethodSource("programs")
    void staleReadsWouldBeNoticed(Program program, @TempDir Path dir) {
        Sender stale = (kv, request) ->
                Wire.send(kv, new Request(request.guards(), request.then(), request.otherwise(), true));

        assertThatThrownBy(() -> ChaosRun.execute(
                        plan(program, 3, List.of(Fault.ISOLATE_LEADER)), dir, System.out::println, stale))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("comes after one whose operation was asked for only later");
    }

    private static void run(Program program, int members, List<Fault> faults, Path dir) throws InterruptedException {
        ChaosRun.execute(plan(program, members, faults), dir, System.out::println);
    }

    private static ChaosPlan plan(Program program, int members, List<Fault> faults) {
        return new ChaosPlan(
                program,
                members,
                6,
                10,
                faults,
                true,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Long.getLong("chaos.seed", System.nanoTime()),
                List.of());
    }
}
