package dev.mainstay.e2e.history;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What writers were told since the last check. Writes are recorded before they are sent, so a write without an
 * acknowledgement is in doubt: it may have happened or not, but not in part. Safe for several threads.
 */
public final class WriteLog {
    private final Map<String, Write> pending = new HashMap<>();
    private final Map<Long, Write> acknowledged = new HashMap<>();
    private final Map<String, Write> revoked = new HashMap<>();
    private final Set<Long> grantsInDoubt = new HashSet<>();
    private final Set<Long> leases = new HashSet<>();
    private long acknowledgedCount;
    private long compactedAtLeast;
    private long compactedAtMost;

    /** A write is about to be sent. */
    public synchronized void sending(Write write) {
        pending.put(id(write.writer(), write.sequence()), write);
    }

    /**
     * It was acknowledged; 0 as revision if it changed nothing. The answer to a lease's revocation doesn't tell its own
     * revision, so that one doesn't count.
     */
    public synchronized void acknowledged(Write write, long revision) {
        pending.remove(id(write.writer(), write.sequence()));
        acknowledgedCount++;
        if (isRevocation(write)) {
            revoked(write);
            revoked.put(id(write.writer(), write.sequence()), write);
            return;
        }
        if (revision == 0) {
            return;
        }
        Write other = acknowledged.put(revision, write);
        if (other != null) {
            throw new AssertionError("revision " + revision + " was given to " + other + " and to " + write);
        }
    }

    /** A lease is about to be asked for. */
    public synchronized void granting(long lease) {
        grantsInDoubt.add(lease);
    }

    /** It was granted. */
    public synchronized void granted(long lease) {
        grantsInDoubt.remove(lease);
        leases.add(lease);
        acknowledgedCount++;
    }

    /** A compaction is about to be asked for. */
    public synchronized void compacting(long revision) {
        compactedAtMost = Math.max(compactedAtMost, revision);
    }

    /** It was acknowledged. */
    public synchronized void compacted(long revision) {
        compactedAtLeast = Math.max(compactedAtLeast, revision);
        acknowledgedCount++;
    }

    /** How many requests were acknowledged since the start. */
    public synchronized long acknowledgedCount() {
        return acknowledgedCount;
    }

    /** The highest revision a compaction to which was acknowledged. */
    public synchronized long compactedAtLeast() {
        return compactedAtLeast;
    }

    /** The highest revision a compaction to which was asked for. */
    public synchronized long compactedAtMost() {
        return compactedAtMost;
    }

    /** Acknowledged writes by revision; the caller removes what it has found. */
    synchronized Map<Long, Write> acknowledged() {
        return acknowledged;
    }

    /** Acknowledged revocations of leases by name; the caller removes what it has found. */
    synchronized Map<String, Write> acknowledgedRevocations() {
        return revoked;
    }

    /** Writes in doubt by name; the caller removes what it has found. */
    synchronized Map<String, Write> pending() {
        return pending;
    }

    /** Leases that must exist. */
    synchronized Set<Long> leases() {
        return leases;
    }

    /** A lease turned out to be gone because a revocation in doubt happened. */
    synchronized void revoked(Write write) {
        for (Write.Change change : write.changes()) {
            if (change instanceof Write.Revoke revoke) {
                leases.remove(revoke.lease());
            }
        }
    }

    private static boolean isRevocation(Write write) {
        return write.changes().getFirst() instanceof Write.Revoke;
    }

    static String id(int writer, long sequence) {
        return writer + "." + sequence;
    }
}
