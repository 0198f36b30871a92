package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.options.Options;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.StatusRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How long nobody can write when a leader goes away: three members on one machine, one put per 5 ms and member, and the
 * leader is killed, stopped or paused under it. Every occurrence counts the longest time without an acknowledged write, first
 * through any member, then through the worst of those that stay.
 *
 * <p>Arguments, all optional: {@code --kills=N} (20) SIGKILLs, {@code --stops=N} (10) SIGTERMs, {@code --pauses=N} (2)
 * SIGSTOPs of 30 s, {@code --warm=S} (0) seconds of writes before each SIGTERM, since members that have just started are
 * slow, {@code --restarts=N} (5) restarts of a follower after as many seconds of writes, for which the 99th percentile of the others'
 * writes is told, for ten seconds before its SIGTERM, from then until it writes steadily again, and for as long after that, {@code
 * --spare=1} to have that follower start in processor time that nobody else wants, as near as one machine comes to one for each
 * member, {@code --only=etcd|mainstay}, {@code --dir=D}.
 */
public final class FailoverBench {
    private static final int MEMBERS = 3;
    private static final long BEFORE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long WARM_UP_MILLIS = 5_000;
    private static final long CALM_MILLIS = 1_000;
    private static final long MOST_MILLIS = 20_000;
    private static final long PAUSE_MILLIS = 30_000;
    private static final long AFTER_PAUSE_MILLIS = 10_000;

    private final List<String> rows = new ArrayList<>();
    private final List<String> restarts = new ArrayList<>();

    private FailoverBench() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Path dir = options.directory("mainstay-failover");
        FailoverBench bench = new FailoverBench();
        for (Program program : Program.values()) {
            if (options.wants(program)) {
                bench.run(program, dir.resolve(program.title()), options);
            }
        }
        System.out.println();
        System.out.println("| server | leader | seen | times | p50 ms | p95 ms | max ms |");
        System.out.println("|---|---|---|---:|---:|---:|---:|");
        bench.rows.forEach(System.out::println);
        System.out.println();
        System.out.println(
                "| server | follower restarted | p99 ms of the others before it | during it | after it | longest ms without a write |");
        System.out.println("|---|---:|---:|---:|---:|---:|");
        bench.restarts.forEach(System.out::println);
    }

    private void run(Program program, Path dir, Options options) throws InterruptedException, IOException {
        try (Network network = new PlainNetwork(MEMBERS);
                TestCluster cluster = TestCluster.start(program, dir, MEMBERS, network);
                SteadyWrites writes = new SteadyWrites(cluster)) {
            Thread.sleep(WARM_UP_MILLIS);
            Gaps killed = new Gaps();
            for (int i = 0; i < options.number("kills", 20); i++) {
                int leader = cluster.awaitLeader();
                long from = System.nanoTime();
                cluster.member(leader).kill9();
                killed.add(program, "SIGKILL", observe(writes, leader, from));
                cluster.start(leader);
                awaitCalm(writes);
            }
            report(program, "SIGKILL", killed);
            Gaps stopped = new Gaps();
            for (int i = 0; i < options.number("stops", 10); i++) {
                Thread.sleep(1_000L * options.number("warm", 0));
                int leader = cluster.awaitLeader();
                long from = System.nanoTime();
                cluster.member(leader).stop();
                stopped.add(program, "SIGTERM", observe(writes, leader, from));
                cluster.start(leader);
                awaitCalm(writes);
            }
            report(program, "SIGTERM", stopped);
            Gaps paused = new Gaps();
            Gaps resumed = new Gaps();
            for (int i = 0; i < options.number("pauses", 2); i++) {
                int leader = cluster.awaitLeader();
                long from = System.nanoTime();
                cluster.member(leader).pause();
                paused.add(program, "SIGSTOP", observe(writes, leader, from));
                Thread.sleep(PAUSE_MILLIS);
                long termBefore = term(cluster, (leader + 1) % MEMBERS);
                long resume = System.nanoTime();
                cluster.member(leader).resume();
                Thread.sleep(AFTER_PAUSE_MILLIS);
                resumed.add(program, "SIGCONT", writes.gaps(leader, resume, System.nanoTime()));
                System.out.println(program.title() + ": terms passed after SIGCONT: "
                        + (term(cluster, (leader + 1) % MEMBERS) - termBefore));
                awaitCalm(writes);
            }
            restartFollowers(program, cluster, writes, options);
            report(program, "SIGSTOP 30 s", paused);
            report(program, "SIGCONT after it", resumed);
        }
    }

    private void restartFollowers(Program program, TestCluster cluster, SteadyWrites writes, Options options)
            throws InterruptedException {
        boolean spare = options.number("spare", 0) != 0;
        for (int i = 0; i < options.number("restarts", 5); i++) {
            Thread.sleep(1_000L * options.number("warm", 0));
            // In spare time always the same: one that was slowed down before must not count among the others.
            int turn = spare ? 0 : i % (MEMBERS - 1);
            int follower = (cluster.awaitLeader() + 1 + turn) % MEMBERS;
            long from = System.nanoTime();
            cluster.member(follower).stop();
            if (spare) {
                cluster.member(follower).takeOnlySpareTime();
            }
            cluster.start(follower);
            awaitCalm(writes);
            long until = System.nanoTime();
            Thread.sleep(TimeUnit.NANOSECONDS.toMillis(until - from));
            double before = writes.p99(follower, from - BEFORE_NANOS, from);
            double during = writes.p99(follower, from, until);
            double after = writes.p99(follower, until, System.nanoTime());
            SteadyWrites.Gap gap = writes.gaps(follower, from, until);
            restarts.add(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.1f | %.1f | %.1f | %.0f |",
                    program.title(),
                    i + 1,
                    before,
                    during,
                    after,
                    gap.worstMillis()));
            System.out.println("follower restarted: " + restarts.getLast());
        }
    }

    /** Waits until all members but one have gone on writing for a while, and measures the gaps until then. */
    private static SteadyWrites.Gap observe(SteadyWrites writes, int gone, long from) throws InterruptedException {
        long end = System.nanoTime() + MOST_MILLIS * 1_000_000;
        do {
            Thread.sleep(50);
        } while (!writes.calm(gone, from, CALM_MILLIS) && System.nanoTime() < end);
        return writes.gaps(gone, from, System.nanoTime());
    }

    /** Waits until every member writes steadily again. */
    private static void awaitCalm(SteadyWrites writes) throws InterruptedException {
        long from = System.nanoTime();
        long end = from + MOST_MILLIS * 1_000_000;
        while (!writes.calm(-1, from, 2 * CALM_MILLIS) && System.nanoTime() < end) {
            Thread.sleep(50);
        }
    }

    private static long term(TestCluster cluster, int member) {
        return cluster.client(member)
                .maintenance()
                .status(StatusRequest.getDefaultInstance())
                .getRaftTerm();
    }

    private void report(Program program, String what, Gaps gaps) {
        if (!gaps.any.isEmpty()) {
            rows.add(gaps.row(program, what, "through any member", gaps.any));
            rows.add(gaps.row(program, what, "through the worst", gaps.worst));
        }
    }

    /** What was measured of one kind. */
    private static final class Gaps {
        private final List<Double> any = new ArrayList<>();
        private final List<Double> worst = new ArrayList<>();

        void add(Program program, String what, SteadyWrites.Gap gap) {
            any.add(gap.anyMillis());
            worst.add(gap.worstMillis());
            System.out.printf(
                    Locale.ROOT,
                    "%-9s %s %3d: %,8.0f ms without a write, %,8.0f ms through the worst member%n",
                    program.title(),
                    what,
                    any.size(),
                    gap.anyMillis(),
                    gap.worstMillis());
        }

        String row(Program program, String what, String seen, List<Double> millis) {
            double[] sorted =
                    millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %d | %.0f | %.0f | %.0f |",
                    program.title(),
                    what,
                    seen,
                    sorted.length,
                    rank(sorted, 0.5),
                    rank(sorted, 0.95),
                    Arrays.stream(sorted).max().orElse(0));
        }

        private static double rank(double[] sorted, double share) {
            return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
        }
    }
}
