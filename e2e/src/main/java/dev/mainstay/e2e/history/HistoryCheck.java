package dev.mainstay.e2e.history;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.LeaseStatus;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks a server against what its writers were told: every revision is the whole of exactly one write that was asked for;
 * every acknowledged write is at its revision; there is no gap and no repeat; what was seen before is still the same; keys,
 * leases and the compacted revision are what follows from the history. To be run while nobody writes. One thread.
 */
public final class HistoryCheck {
    private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[] {0});

    private final WriteLog log;
    private final KeySpace keys = new KeySpace();
    private final NavigableMap<Long, List<Event>> seen = new TreeMap<>();
    private volatile long verifiedRevision = 1;

    /** A check that starts with an empty server. */
    public HistoryCheck(WriteLog log) {
        this.log = log;
    }

    /** Everything up to here has been found right; history below may be compacted. */
    public long verifiedRevision() {
        return verifiedRevision;
    }

    /** Reads and checks everything; throws an AssertionError that says what is wrong. */
    public void verify(EtcdClient client) {
        RangeResponse all = client.kv().range(everything().build());
        long current = all.getHeader().getRevision();
        verifyCompaction(client, current);
        verifyHistory(client, current);
        require(all.getKvsList().equals(keys.pairs()), "the keys at revision %d aren't those of the history", current);
        verifyLeases(client);
        verifiedRevision = current;
    }

    /** Acknowledged compactions hold; nothing was compacted that nobody asked for. */
    private void verifyCompaction(EtcdClient client, long current) {
        long atLeast = log.compactedAtLeast();
        if (atLeast > 1) {
            require(
                    !readable(client, atLeast - 1),
                    "revision %d is readable although %d was compacted",
                    atLeast - 1,
                    atLeast);
        }
        long atMost = Math.min(log.compactedAtMost(), current);
        require(
                atMost == 0 || readable(client, atMost),
                "revision %d isn't readable, and no compaction went further",
                atMost);
    }

    private static boolean readable(EtcdClient client, long revision) {
        try {
            client.kv()
                    .range(everything().setRevision(revision).setCountOnly(true).build());
            return true;
        } catch (StatusRuntimeException e) {
            if (String.valueOf(e.getStatus().getDescription()).contains("has been compacted")) {
                return false;
            }
            throw e;
        }
    }

    private void verifyHistory(EtcdClient client, long current) {
        long from = Math.max(2, log.compactedAtMost() + 1);
        seen.headMap(from, false).clear();
        NavigableMap<Long, List<Event>> history = HistoryReader.read(client, from, current);
        for (long revision = from; revision <= current; revision++) {
            List<Event> events = history.getOrDefault(revision, List.of());
            require(!events.isEmpty(), "no event at revision %d of %d", revision, current);
            List<Event> before = seen.get(revision);
            if (before != null) {
                require(before.equals(events), "revision %d was %s and is now %s", revision, before, events);
            } else {
                require(revision > verifiedRevision, "revision %d had no event before", revision);
                match(revision, events);
                seen.put(revision, events);
            }
        }
        require(current >= verifiedRevision, "the revision went back from %d to %d", verifiedRevision, current);
        Map<Long, Write> missing = new HashMap<>(log.acknowledged());
        require(missing.isEmpty(), "acknowledged writes are missing at revision %d: %s", current, missing);
        settleDoubts(client);
    }

    /** Finds the write behind a revision, and checks that it did all it should. */
    private void match(long revision, List<Event> events) {
        Write write = log.acknowledged().remove(revision);
        if (write == null) {
            write = unnumbered(revision, events);
        }
        List<Event> expected = keys.apply(write, revision);
        require(expected.equals(events), "revision %d should be %s of %s but is %s", revision, expected, write, events);
    }

    /** The write behind a revision nobody was told: one in doubt, or the revocation of a lease. */
    private Write unnumbered(long revision, List<Event> events) {
        Map<String, Write> pending = log.pending();
        for (Event event : events) {
            if (event.getType() == Event.EventType.PUT) {
                String id = WriteLog.id(
                        Write.writerOf(event.getKv().getKey()),
                        Write.sequenceOf(event.getKv().getValue()));
                Write write = pending.remove(id);
                if (write != null) {
                    return write;
                }
                throw new AssertionError(
                        "revision " + revision + " is write " + id + ", which is at another revision or was lost");
            }
        }
        int writer = Write.writerOf(events.getFirst().getKv().getKey());
        for (Map<String, Write> candidates : List.of(log.acknowledgedRevocations(), pending)) {
            for (Write write : new ArrayList<>(candidates.values())) {
                if (write.writer() == writer && deletes(write, events)) {
                    candidates.remove(WriteLog.id(writer, write.sequence()));
                    log.revoked(write);
                    return write;
                }
            }
        }
        throw new AssertionError("nobody asked for revision " + revision + ": " + events);
    }

    private boolean deletes(Write write, List<Event> events) {
        List<ByteString> deleted =
                events.stream().map(event -> event.getKv().getKey()).toList();
        return switch (write.changes().getFirst()) {
            case Write.Put put -> false;
            case Write.Delete delete -> deleted.equals(List.of(delete.key()));
            case Write.Revoke revoke -> deleted.equals(keys.attached(revoke.lease()));
        };
    }

    /** Writes in doubt that left no trace didn't happen, and never may; lease revocations without keys show in the list. */
    private void settleDoubts(EtcdClient client) {
        Set<Long> present = leases(client);
        for (Write write : log.acknowledgedRevocations().values()) {
            require(
                    write.changes().stream()
                            .allMatch(change -> change instanceof Write.Revoke revoke
                                    && !present.contains(revoke.lease())
                                    && keys.attached(revoke.lease()).isEmpty()),
                    "acknowledged, but its lease or its keys are still there: %s",
                    write);
        }
        log.acknowledgedRevocations().clear();
        for (Write write : log.pending().values()) {
            if (write.changes().getFirst() instanceof Write.Revoke revoke && !present.contains(revoke.lease())) {
                require(
                        keys.attached(revoke.lease()).isEmpty(),
                        "lease %d is gone but its keys are there",
                        revoke.lease());
                log.revoked(write);
            }
        }
        log.pending().clear();
    }

    private void verifyLeases(EtcdClient client) {
        Set<Long> present = leases(client);
        Set<Long> missing = new HashSet<>(log.leases());
        missing.removeAll(present);
        require(missing.isEmpty(), "acknowledged leases are missing: %s", missing);
        for (long lease : present) {
            LeaseTimeToLiveResponse answer = client.lease()
                    .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                            .setID(lease)
                            .setKeys(true)
                            .build());
            List<ByteString> attached = new ArrayList<>(answer.getKeysList());
            attached.sort(KeySpace.KEY_ORDER);
            require(
                    attached.equals(keys.attached(lease)),
                    "lease %d has keys %s, not %s",
                    lease,
                    attached,
                    keys.attached(lease));
        }
        for (KeyValue pair : keys.pairs()) {
            require(
                    pair.getLease() == 0 || present.contains(pair.getLease()),
                    "key %s has a lease that is gone",
                    pair.getKey());
        }
    }

    private static Set<Long> leases(EtcdClient client) {
        Set<Long> ids = new HashSet<>();
        for (LeaseStatus lease : client.lease()
                .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                .getLeasesList()) {
            ids.add(lease.getID());
        }
        return ids;
    }

    private static RangeRequest.Builder everything() {
        return RangeRequest.newBuilder().setKey(FIRST_KEY).setRangeEnd(FIRST_KEY);
    }

    @FormatMethod
    private static void require(boolean holds, @FormatString String format, Object... details) {
        if (!holds) {
            throw new AssertionError(String.format(format, details));
        }
    }
}
