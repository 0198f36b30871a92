package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.bench.Rejoin.Plan;
import dev.mainstay.e2e.bench.Rejoin.Result;
import dev.mainstay.e2e.bench.Rejoin.Way;
import dev.mainstay.e2e.options.Options;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * How a member with an empty disk, and one that was down for too long, come back to many keys under constant writes; hashes
 * must agree after each, and Mainstay must stay within its memory.
 *
 * <p>Arguments, all optional: {@code --keys=N} (1,000,000) of {@code --value=B} bytes (512), {@code --rate=N} puts per second
 * all the time (500), {@code --outrun=MIB} written while a member is down (256), {@code --memory=MIB} that no member of
 * Mainstay may exceed (1024), {@code --only=etcd|mainstay}, {@code --dir=D}.
 */
public final class RejoinBench {
    /** What etcd 3.5 can't be told otherwise: it keeps 5,000 entries for members that lag. */
    private static final String CATCH_UP = "--snapshot-catchup-entries=5000";

    private static final String FLUSH = "--snapshot-count=10000";
    private static final int CALM_SECONDS = 10;

    private RejoinBench() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        long most = (long) options.number("memory", 1_024) << 20;
        Path dir = options.directory("mainstay-rejoin");
        List<String> rows = new ArrayList<>();
        List<String> excesses = new ArrayList<>();
        for (Program program : Program.values()) {
            if (!options.wants(program)) {
                continue;
            }
            Plan plan = new Plan(
                    program,
                    options.number("keys", 1_000_000),
                    options.number("value", 512),
                    (long) options.number("outrun", 256) << 20,
                    options.number("rate", 500),
                    CALM_SECONDS,
                    program == Program.ETCD ? List.of(FLUSH) : List.of(FLUSH, CATCH_UP));
            try (Rejoin rejoin = Rejoin.begin(plan, dir.resolve(program.title()))) {
                System.out.println(program.title() + ": loaded " + plan.keys() + " keys");
                for (Way way : Way.values()) {
                    Result result = rejoin.bringBack(way);
                    rows.add(row(program, result));
                    System.out.println(rows.getLast());
                    if (program == Program.MAINSTAY
                            && Math.max(result.senderPeakBytes(), result.receiverPeakBytes()) > most) {
                        excesses.add(rows.getLast());
                    }
                }
            }
        }
        System.out.println();
        System.out.println("| server | member was | back after s | snapshots | leader's peak MiB | member's peak MiB |"
                + " put p50 / p99 / max ms before | meanwhile | failed puts |");
        System.out.println("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        rows.forEach(System.out::println);
        if (!excesses.isEmpty()) {
            System.out.println("more than " + (most >> 20) + " MiB: " + excesses);
            System.exit(1);
        }
    }

    private static String row(Program program, Result result) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1f | %.0f | %d | %d | %s | %s | %d |",
                program.title(),
                result.way().title(),
                result.seconds(),
                result.received(),
                result.senderPeakBytes() >> 20,
                result.receiverPeakBytes() >> 20,
                latencies(result.calm()),
                latencies(result.during()),
                result.failed());
    }

    private static String latencies(Histogram histogram) {
        return String.format(
                Locale.ROOT,
                "%.1f / %.1f / %.0f",
                histogram.getValueAtPercentile(50) / 1e6,
                histogram.getValueAtPercentile(99) / 1e6,
                histogram.getMaxValue() / 1e6);
    }
}
