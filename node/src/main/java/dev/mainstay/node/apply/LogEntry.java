package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.mvcc.KvWriter;
import dev.mainstay.node.storage.StoreTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log entry being applied: what its commands may touch, and what they have done so far. Apply thread only. */
final class LogEntry {

    private final StoreTransaction changes;
    private final KvWriter kv;
    private final long index;
    private final long clockMillis;
    private final List<Consumer<CommittedTokens>> tokenChanges = new ArrayList<>();
    private Caller caller = Caller.NOBODY;
    private final List<RevisionEvents> revisions = new ArrayList<>();
    private final List<LeaseChange> leaseChanges = new ArrayList<>();
    private Command.@Nullable MarkArchive archiveMark;
    private boolean beginsStateHash;

    LogEntry(StoreTransaction changes, KvWriter kv, long index, long clockMillis) {
        this.changes = changes;
        this.kv = kv;
        this.index = index;
        this.clockMillis = clockMillis;
    }

    /** A lease that changed; {@code lease} is {@code null} when it ended. */
    record LeaseChange(long id, @Nullable Lease lease) {}

    StoreTransaction changes() {
        return changes;
    }

    KvWriter kv() {
        return kv;
    }

    /** A segment of the archive may end behind this entry. */
    void markArchive(Command.MarkArchive mark) {
        archiveMark = mark;
    }

    /** What {@link #markArchive} was told last, null if nothing. */
    Command.@Nullable MarkArchive archiveMark() {
        return archiveMark;
    }

    /** Its place in the log. */
    long index() {
        return index;
    }

    /** Who wants the command that is being applied. */
    Caller caller() {
        return caller;
    }

    /** A command begins. */
    void beginCommand(Caller whose) {
        caller = whose;
    }

    /** What is to be told of tokens once the entry is written. */
    void tokensChanged(Consumer<CommittedTokens> change) {
        tokenChanges.add(change);
    }

    List<Consumer<CommittedTokens>> tokenChanges() {
        return tokenChanges;
    }

    /** Cluster elapsed time of this entry. */
    long clockMillis() {
        return clockMillis;
    }

    void leaseChanged(long id, @Nullable Lease lease) {
        leaseChanges.add(new LeaseChange(id, lease));
    }

    /** The hash of the state begins anew with this entry. */
    void beginStateHash() {
        beginsStateHash = true;
    }

    boolean beginsStateHash() {
        return beginsStateHash;
    }

    /** Ends a command: what it changed becomes one revision. */
    void endCommand() {
        List<Event> events = kv.endMutation();
        if (!events.isEmpty()) {
            revisions.add(new RevisionEvents(kv.revision(), events));
        }
    }

    List<RevisionEvents> revisions() {
        return revisions;
    }

    List<LeaseChange> leaseChanges() {
        return leaseChanges;
    }
}
