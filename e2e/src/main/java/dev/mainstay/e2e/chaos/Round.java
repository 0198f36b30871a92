package dev.mainstay.e2e.chaos;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.linear.Answer;
import dev.mainstay.e2e.linear.Change;
import dev.mainstay.e2e.linear.History;
import dev.mainstay.e2e.linear.Keys;
import dev.mainstay.e2e.linear.Linearizability;
import dev.mainstay.e2e.linear.Operation;
import dev.mainstay.e2e.linear.Request;
import dev.mainstay.e2e.linear.Step;
import dev.mainstay.e2e.linear.Verdict;
import dev.mainstay.e2e.linear.WatchCheck;
import dev.mainstay.e2e.linear.WatchLog;
import dev.mainstay.etcd.proto.HashKVRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
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
    private final Epoch epoch;
    private final History history = new History();
    private final List<LoadClient> clients = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> clientRuns = new ArrayList<>();
    private final List<Future<?>> watcherRuns = new ArrayList<>();
    private final int observer;
    private String summary = "";

    private Round(TestCluster cluster, Epoch epoch, int observer) {
        this.cluster = cluster;
        this.epoch = epoch;
        this.observer = observer;
    }

    static Round begin(int number, ChaosPlan plan, TestCluster cluster, Epoch epoch, Sender sender, Random random) {
        Round round = new Round(cluster, epoch, plan.clients());
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
        List<Answer> last = new ArrayList<>();
        for (int member = 0; member < cluster.size(); member++) {
            last.add(read(member, nemesis));
        }
        long revision = last.getLast().revision();
        awaitWatchers(revision);
        watchers.forEach(Watcher::stop);
        join(watcherRuns);
        threads.shutdown();
        try {
            return check(last);
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

    private Epoch check(List<Answer> last) {
        long revision = last.getLast().revision();
        List<Operation> operations = new ArrayList<>(epoch.pending());
        operations.addAll(history.operations());
        // What came after the last read belongs to the next round.
        NavigableMap<Long, List<Change>> seen =
                WatchCheck.seen(watchers.getFirst().log()).headMap(revision, true);
        Verdict verdict = Linearizability.check(epoch.revision(), epoch.pairs(), operations, seen);
        if (!(verdict instanceof Verdict.Linearizable linearizable)) {
            Verdict alone = Linearizability.check(epoch.revision(), epoch.pairs(), operations, new TreeMap<>());
            throw new AssertionError(verdict + "\nwithout what watches saw: "
                    + (alone instanceof Verdict.Linearizable ? "linearizable" : alone));
        }
        for (Watcher watcher : watchers) {
            String problem = watcher.problem();
            if (problem != null) {
                throw new AssertionError(problem);
            }
            WatchCheck.check(watcher.log(), linearizable.changes(), revision).ifPresent(wrong -> {
                throw new AssertionError(wrong);
            });
        }
        requireEqualHashes(revision);
        long lost = operations.stream().filter(o -> o.answer() == null).count();
        summary = String.format(
                Locale.ROOT,
                "%d answers, %d of unknown fate, revision %d, hashes agree",
                operations.size() - lost,
                lost,
                revision);
        return new Epoch(revision, last.getLast().found().getFirst(), linearizable.pending());
    }

    private void requireEqualHashes(long revision) {
        List<Integer> hashes = new ArrayList<>();
        for (int member = 0; member < cluster.size(); member++) {
            hashes.add(cluster.client(member)
                    .maintenance()
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                    .getHash());
        }
        require(hashes.stream().distinct().count() == 1, "hashes at revision %d differ: %s", revision, hashes);
    }

    /** Reads everything through one member, once it answers. */
    private Answer read(int member, Nemesis nemesis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECOVERY_SECONDS);
        EtcdClient client = cluster.client(member);
        while (true) {
            long operation = history.asking(observer, EVERYTHING);
            try {
                Answer answer = Wire.send(client.kv().withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS), EVERYTHING);
                history.answered(operation, answer);
                return answer;
            } catch (StatusRuntimeException e) {
                history.lost(operation);
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(
                            "member " + member + " doesn't answer " + RECOVERY_SECONDS + " s after all was well", e);
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
                new Watcher(cluster, new WatchLog(name, keys, epoch.revision() + 1), new Random(random.nextLong())));
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

    @FormatMethod
    private static void require(boolean holds, @FormatString String format, Object... details) {
        if (!holds) {
            throw new AssertionError(String.format(Locale.ROOT, format, details));
        }
    }
}
