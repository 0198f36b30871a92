package dev.mainstay.e2e.chaos;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.linear.Answer;
import dev.mainstay.e2e.linear.History;
import dev.mainstay.e2e.linear.Keys;
import dev.mainstay.e2e.linear.Newcomers;
import dev.mainstay.e2e.linear.Operation;
import dev.mainstay.e2e.linear.Request;
import dev.mainstay.e2e.linear.Step;
import dev.mainstay.e2e.linear.WatchLog;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Load on a cluster for a while, and the check of all that came of it. One thread. */
final class Round {
    /** Everything must answer this soon after the last fault is undone. */
    private static final long RECOVERY_SECONDS = 60;

    private static final long CALL_SECONDS = 2;
    private static final Request EVERYTHING = Request.of(new Step.Get(Workload.ALL));

    private final TestCluster cluster;
    private final int number;
    private final Epoch epoch;
    /** Ids of members that were added in earlier rounds. */
    private final Set<Long> addedBefore;

    private final History history = new History();
    private final List<LoadClient> clients = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> clientRuns = new ArrayList<>();
    private final List<Future<?>> watcherRuns = new ArrayList<>();
    private final int observer;
    private String summary = "";

    private Round(int number, TestCluster cluster, Epoch epoch, int observer) {
        this.number = number;
        this.cluster = cluster;
        this.epoch = epoch;
        addedBefore = cluster.added();
        this.observer = observer;
    }

    static Round begin(int number, ChaosPlan plan, TestCluster cluster, Epoch epoch, Sender sender, Random random) {
        Round round = new Round(number, cluster, epoch, plan.clients());
        for (int i = 0; i < plan.clients(); i++) {
            round.clients.add(new LoadClient(
                    i,
                    cluster,
                    round.history,
                    sender,
                    new Workload(number + "-" + i, new Random(random.nextLong())),
                    new Random(random.nextLong()),
                    plan.meanPauseMillis()));
        }
        round.watch("all", Workload.ALL, random);
        round.watch("all too", Workload.ALL, random);
        round.watch("one", Keys.one(Workload.key(random.nextInt(100))), random);
        round.watch("some", new Keys(Workload.key(3), Workload.key(8)), random);
        round.clients.forEach(client -> round.clientRuns.add(round.threads.submit(client)));
        round.watchers.forEach(watcher -> round.watcherRuns.add(round.threads.submit(watcher)));
        return round;
    }

    /** How many answers clients have had. */
    long answered() {
        return clients.stream().mapToLong(LoadClient::answered).sum();
    }

    /** What there was, once it has ended. */
    String summary() {
        return summary;
    }

    /** Ends it without any check. */
    void abandon() {
        clients.forEach(LoadClient::stop);
        watchers.forEach(Watcher::stop);
        threads.shutdownNow();
    }

    /**
     * Heals the cluster, lets the clients go, and checks everything.
     *
     * @param dir where the history is kept if it's wrong
     */
    Epoch end(Nemesis nemesis, Path dir) throws InterruptedException {
        nemesis.heal();
        for (int member = 0; member < cluster.size(); member++) {
            read(member, nemesis);
        }
        clients.forEach(LoadClient::stop);
        join(clientRuns);
        // A cluster that only reads from some fault on would pass every check.
        for (int member = 0; member < cluster.size(); member++) {
            ask(member, nemesis, Request.of(new Step.Put(Workload.key(member), "healed " + number + " at " + member)));
        }
        Answer last = read(0, nemesis);
        for (int member = 1; member < cluster.size(); member++) {
            last = read(member, nemesis);
        }
        awaitWatchers(last.revision());
        try {
            Epoch next = check(last);
            watchers.forEach(Watcher::stop);
            join(watcherRuns);
            threads.shutdown();
            return next;
        } catch (AssertionError e) {
            Path file = dir.resolve("history.txt");
            HistoryFile.write(
                    file,
                    epoch,
                    history.operations(),
                    watchers.stream().map(Watcher::log).toList());
            throw new AssertionError(e.getMessage() + "\nThe history is in " + file, e);
        }
    }

    private Epoch check(Answer last) throws InterruptedException {
        Set<Long> added = new HashSet<>(cluster.added());
        added.removeAll(addedBefore);
        Newcomers newcomers = new Newcomers(added, epoch.past());
        List<Operation> operations = new ArrayList<>(epoch.pending());
        operations.addAll(history.operations());
        int older = newcomers.older(operations).size();
        Epoch next = new RoundCheck(cluster, epoch, newcomers, operations, watchers).check(last);
        long lost = operations.stream().filter(o -> o.answer() == null).count();
        summary = String.format(
                Locale.ROOT,
                "%d answers, %d of unknown fate, %d of the past by new members, revision %d, hashes agree",
                operations.size() - lost,
                lost,
                older,
                last.revision());
        return next;
    }

    /** Reads everything through one member, once it answers. */
    private Answer read(int member, Nemesis nemesis) throws InterruptedException {
        return ask(member, nemesis, EVERYTHING);
    }

    /** Asks one member until it does what it is asked. */
    @CanIgnoreReturnValue
    private Answer ask(int member, Nemesis nemesis, Request request) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECOVERY_SECONDS);
        EtcdClient client = cluster.client(member);
        while (true) {
            long operation = history.asking(observer, request);
            try {
                Reply reply = Wire.send(client.kv().withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS), request);
                history.answered(operation, reply.member(), reply.answer());
                return reply.answer();
            } catch (StatusRuntimeException e) {
                history.lost(operation);
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(
                            "member " + member + " doesn't do " + request + " " + RECOVERY_SECONDS
                                    + " s after all was well: " + e.getStatus(),
                            e);
                }
                client.channel().resetConnectBackoff();
                nemesis.startWhatIsDown();
                Thread.sleep(50);
            }
        }
    }

    private void awaitWatchers(long revision) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECOVERY_SECONDS);
        // A watcher of some keys may have nothing more to see; it gets as long as the others, and a moment.
        for (Watcher watcher : watchers) {
            while (watcher.log().keys().equals(Workload.ALL)
                    && watcher.log().next() <= revision
                    && watcher.problem() == null
                    && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
        }
        Thread.sleep(1_000);
    }

    private void watch(String name, Keys keys, Random random) {
        watchers.add(
                new Watcher(cluster, new WatchLog(name, keys, epoch.past().last() + 1), new Random(random.nextLong())));
    }

    private static void join(List<Future<?>> runs) throws InterruptedException {
        for (Future<?> run : runs) {
            try {
                run.get();
            } catch (ExecutionException e) {
                throw new AssertionError("a client failed: " + e.getCause(), e);
            }
        }
    }
}
