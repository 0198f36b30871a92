package dev.mainstay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.e2e.linear.Request;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A short run with three members in every build; {@code make chaos} is the long one, with every fault. It prints its seed.
 * That decides which faults come when, not how fast the members are, so what was found may take several runs to find again.
 *
 * <p>Options: {@code -Dchaos.seed}; {@code -Dchaos.network=loopback}; {@code -De2e.clusters=etcd,mainstay}. The files of a run
 * that fails are kept.
 */
@Tag("chaos")
class ChaosE2E {
    /** Short enough for at least two, as a later one knows of a past. */
    private static final Duration ROUND = Duration.ofSeconds(10);

    static List<Program> programs() {
        return Program.forClusters();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void threeMembersSurvive(Program program, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path dir)
            throws InterruptedException {
        run(
                program,
                3,
                List.of(
                        Fault.ISOLATE_LEADER,
                        Fault.SLOW,
                        Fault.PAUSE_LEADER,
                        Fault.REPLACE,
                        Fault.KILL_LEADER,
                        Fault.KILL_ALL),
                dir);
    }

    @ParameterizedTest
    @MethodSource("programs")
    @Tag("slow")
    void fiveMembersSurvive(Program program, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path dir)
            throws InterruptedException {
        run(program, 5, List.of(Fault.SPLIT, Fault.MUTE_LEADER, Fault.REPLACE, Fault.KILL_ALL), dir);
    }

    /** Between the clients and the cluster there is a cache, which answers a read as it was first answered. */
    @ParameterizedTest
    @MethodSource("programs")
    void staleReadsWouldBeNoticed(Program program, @TempDir Path dir) {
        Map<Request, Reply> first = new ConcurrentHashMap<>();
        Sender stale = (kv, request) -> {
            Reply reply = Wire.send(kv, request);
            return request.mayChange() || request.serializable() ? reply : first.computeIfAbsent(request, r -> reply);
        };

        assertThatThrownBy(
                        () -> ChaosRun.execute(plan(program, 3, List.of(Fault.RESET)), dir, System.out::println, stale))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("comes after one whose operation was asked for only later");
    }

    private static void run(Program program, int members, List<Fault> faults, Path dir) throws InterruptedException {
        ChaosRun.execute(plan(program, members, faults), dir, System.out::println);
    }

    private static ChaosPlan plan(Program program, int members, List<Fault> faults) {
        long seed = Long.getLong("chaos.seed", System.nanoTime());
        System.out.println("chaos: repeat with -Dgroups=chaos -Dchaos.seed=" + seed);
        return new ChaosPlan(program, members, 6, 10, faults, true, ROUND, Duration.ofMinutes(1), seed, List.of());
    }
}
