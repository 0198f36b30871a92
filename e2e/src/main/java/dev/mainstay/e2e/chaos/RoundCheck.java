package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.linear.Answer;
import dev.mainstay.e2e.linear.Change;
import dev.mainstay.e2e.linear.Newcomers;
import dev.mainstay.e2e.linear.Operation;
import dev.mainstay.e2e.linear.Verdict;
import dev.mainstay.e2e.linear.WatchCheck;
import dev.mainstay.etcd.proto.HashKVRequest;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The check of all that came of a round: what clients were answered, what watchers saw, and what members hold.
 *
 * @param epoch before the round
 * @param newcomers members that were added in it; every other one had all of the past when it began
 * @param operations all that were asked, and earlier ones that were pending
 * @param watchers of the round, which go on; the first watches all keys
 */
record RoundCheck(
        TestCluster cluster, Epoch epoch, Newcomers newcomers, List<Operation> operations, List<Watcher> watchers) {
    /** For what is on its way to a watcher. */
    private static final long WATCH_SECONDS = 10;

    /** For members to have applied what others have. */
    private static final long HASH_SECONDS = 60;

    private static final long CALL_SECONDS = 2;
    private static final int PAUSE_MILLIS = 50;

    /** Copies the lists. */
    RoundCheck {
        operations = List.copyOf(operations);
        watchers = List.copyOf(watchers);
    }

    /**
     * Returns what is certain after the round; throws an AssertionError that says what is wrong if anything is.
     *
     * @param last answer to a read of all keys, with which the round ended. What came after it belongs to the next round
     */
    Epoch check(Answer last) throws InterruptedException {
        NavigableMap<Long, List<Change>> seen =
                WatchCheck.seen(watchers.getFirst().log()).headMap(last.revision(), true);
        Verdict verdict = newcomers.check(epoch.pairs(), operations, seen);
        if (!(verdict instanceof Verdict.Linearizable linearizable)) {
            Verdict alone = newcomers.check(epoch.pairs(), operations, new TreeMap<>());
            throw new AssertionError(verdict + "\nwithout what watches saw: "
                    + (alone instanceof Verdict.Linearizable ? "linearizable" : alone));
        }
        for (Watcher watcher : watchers) {
            check(watcher, linearizable.changes(), last.revision());
        }
        requireEqualHashes(last.revision());
        epoch.past().add(linearizable.changes());
        return new Epoch(epoch.past(), last.found().getFirst(), linearizable.pending());
    }

    /** Takes the watcher's log as it is once that's right, as the end of it may be on its way; else as it is after a while. */
    private static void check(Watcher watcher, NavigableMap<Long, List<Change>> changes, long revision)
            throws InterruptedException {
        long deadline = deadline(WATCH_SECONDS);
        while (true) {
            String problem = watcher.problem();
            Optional<String> wrong =
                    problem == null ? WatchCheck.check(watcher.log(), changes, revision) : Optional.of(problem);
            if (wrong.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(wrong.get());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private void requireEqualHashes(long revision) throws InterruptedException {
        List<Integer> hashes = new ArrayList<>();
        for (int member = 0; member < cluster.size(); member++) {
            hashes.add(hash(member, revision));
        }
        if (hashes.stream().distinct().count() > 1) {
            throw new AssertionError("hashes at revision " + revision + " differ: " + hashes);
        }
    }

    /** Asks until the member knows this revision: a lost request may have made it a moment ago. */
    private int hash(int member, long revision) throws InterruptedException {
        long deadline = deadline(HASH_SECONDS);
        while (true) {
            try {
                return cluster.client(member)
                        .maintenance()
                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                        .getHash();
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("member " + member + " tells no hash of revision " + revision, e);
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static long deadline(long seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }
}
