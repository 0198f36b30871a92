package dev.mainstay.e2e.chaos;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.ClockedNetwork;
import dev.mainstay.e2e.faults.Clocks;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.SmallDisk;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Load, faults and checks, in rounds, on one cluster: clients ask and watchers watch while faults come and go; then everything
 * is made well, read once more through every member, and checked. The next round goes on where this one ended.
 */
public final class ChaosRun {
    private static final int DISK_MEGABYTES = 300;
    private static final int MOST_QUIET_MILLIS = 1_500;
    private static final int LEAST_FAULT_MILLIS = 1_500;
    private static final int MOST_FAULT_MILLIS = 5_000;

    private final ChaosPlan plan;
    private final Path dir;
    private final Consumer<String> progress;
    private final Sender sender;
    private final long begin = System.nanoTime();

    private ChaosRun(ChaosPlan plan, Path dir, Consumer<String> progress, Sender sender) {
        this.plan = plan;
        this.dir = dir;
        this.progress = progress;
        this.sender = sender;
    }

    /**
     * Runs it; throws an AssertionError that says what is wrong, and where the history is kept.
     *
     * @param dir for data, logs, and the history should it be wrong
     * @param progress is told what happens
     */
    public static void execute(ChaosPlan plan, Path dir, Consumer<String> progress) throws InterruptedException {
        execute(plan, dir, progress, Wire::send);
    }

    /** The same with clients that send by other means. */
    static void execute(ChaosPlan plan, Path dir, Consumer<String> progress, Sender sender)
            throws InterruptedException {
        new ChaosRun(plan, dir, progress, sender).execute();
    }

    private void execute() throws InterruptedException {
        Random random = new Random(plan.seed());
        int memberOfDisk = random.nextInt(plan.members());
        Optional<SmallDisk> disk = plan.faults().contains(Fault.FULL_DISK)
                ? SmallDisk.mount(dir.resolve("m" + memberOfDisk), DISK_MEGABYTES)
                : Optional.empty();
        // etcd asks the kernel for the time itself.
        Optional<Clocks> clocks = plan.faults().contains(Fault.CLOCK_JUMP) && plan.program() == Program.MAINSTAY
                ? Clocks.make(dir.resolve("clocks"), plan.members())
                : Optional.empty();
        try (Network network = clocked(Network.best(plan.members(), random.nextLong()), clocks)) {
            say(
                    "%s, %d members, %s, seed %d",
                    plan.program().title(), plan.members(), network.description(), plan.seed());
            try (TestCluster cluster = TestCluster.start(
                    plan.program(), dir, plan.members(), network, plan.flags().toArray(String[]::new))) {
                Nemesis nemesis = new Nemesis(
                        cluster,
                        network,
                        disk.orElse(null),
                        memberOfDisk,
                        clocks.orElse(null),
                        new Random(random.nextLong()));
                rounds(cluster, nemesis, random);
            }
        } finally {
            disk.ifPresent(SmallDisk::close);
        }
    }

    private static Network clocked(Network network, Optional<Clocks> clocks) {
        return clocks.<Network>map(made -> new ClockedNetwork(network, made)).orElse(network);
    }

    private void rounds(TestCluster cluster, Nemesis nemesis, Random random) throws InterruptedException {
        Deque<Fault> left = new ArrayDeque<>(plan.faults());
        Epoch epoch = Epoch.first(cluster);
        for (int number = 1; number == 1 || !over(left); number++) {
            Round round = Round.begin(number, plan, cluster, epoch, sender, random);
            try {
                long end = System.nanoTime() + plan.roundLength().toNanos();
                do {
                    Thread.sleep(random.nextInt(MOST_QUIET_MILLIS));
                    Fault fault = plan.inTurn()
                            ? left.removeFirst()
                            : plan.faults().get(random.nextInt(plan.faults().size()));
                    String what = nemesis.inflict(fault);
                    long before = round.answered();
                    Thread.sleep(random.nextInt(LEAST_FAULT_MILLIS, MOST_FAULT_MILLIS));
                    say(
                            "%s: %s; %d answers meanwhile, members down: %s",
                            fault, what, round.answered() - before, nemesis.down());
                    nemesis.heal();
                } while (System.nanoTime() < end && !(plan.inTurn() && left.isEmpty()));
                epoch = round.end(nemesis, dir);
            } catch (RuntimeException | AssertionError e) {
                round.abandon();
                throw new AssertionError(
                        "seed " + plan.seed() + ", round " + number + ": " + e.getMessage() + "\n" + cluster.logTails(),
                        e);
            }
            say("round %d is right: %s", number, round.summary());
        }
    }

    private boolean over(Collection<Fault> left) {
        return plan.inTurn()
                ? left.isEmpty()
                : System.nanoTime() - begin > plan.length().toNanos();
    }

    @FormatMethod
    private void say(@FormatString String format, Object... details) {
        progress.accept(String.format(
                Locale.ROOT,
                "chaos %6.1f s  %s",
                (System.nanoTime() - begin) / 1e9,
                String.format(Locale.ROOT, format, details)));
    }
}
