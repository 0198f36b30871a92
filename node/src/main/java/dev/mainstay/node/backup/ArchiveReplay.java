package dev.mainstay.node.backup;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.StateHash;
import dev.mainstay.node.archive.Segment;
import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.archive.SegmentStore;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.consensus.LoggedEntry;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.storage.Store;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Has the state of a backup go on as it did, by applying the log's entries out of the archive as a member would. Whatever doesn't fit
 * ends it, at the latest at the next mark, where the archive says what the state must have come to. Used once, by one thread.
 */
public final class ArchiveReplay {

    private final SegmentStore archive;
    private final RecoveryPlan plan;
    private final BackupProgress progress;
    /** Up to where the log is applied, its own entries too, which the state doesn't count. */
    private long covered;

    private OptionalLong lastMillis = OptionalLong.empty();

    /**
     * Where it came to.
     *
     * @param revision the newest
     * @param time of the last entry that was applied; empty if none was
     */
    public record Reached(long revision, Optional<Instant> time) {}

    public ArchiveReplay(SegmentStore archive, RecoveryPlan plan, BackupProgress progress) {
        this.archive = archive;
        this.plan = plan;
        this.progress = progress;
        this.covered = plan.base().origin().raftIndex();
    }

    /**
     * Does it.
     *
     * @param store with the state of the plan's backup; used by nobody else, and of no use if this fails
     * @throws BackupException of reason DAMAGED or KEY if a segment isn't what was archived, OUT_OF_REACH if the target isn't reached
     */
    public Reached on(Store store) throws IOException {
        KvStore keys = KvStore.open(store);
        Applier applier = new Applier(
                store,
                keys,
                LeaseTable.open(store),
                Alarms.open(store),
                MemberTable.open(store),
                _ -> {},
                (_, _) -> {},
                _ -> {});
        progress.say("replaying up to " + plan.segments().size() + " segments of the archive");
        for (SegmentName name : plan.segments()) {
            if (isReached(keys.revision())) {
                break;
            }
            Segment segment = read(name);
            try {
                if (!replay(segment, applier, keys)) {
                    break;
                }
            } catch (RuntimeException e) {
                throw damaged(name, "its entries can't be applied: " + e.getMessage(), e);
            }
            compare(segment, applier, keys);
        }
        if (plan.target() instanceof RecoveryTarget.Revision(long revision) && keys.revision() != revision) {
            throw new BackupException(
                    BackupException.Reason.OUT_OF_REACH,
                    "the cluster never was at revision " + revision + " alone: one step took it to " + keys.revision());
        }
        return new Reached(
                keys.revision(),
                lastMillis.isPresent() ? Optional.of(Instant.ofEpochMilli(lastMillis.getAsLong())) : Optional.empty());
    }

    private boolean isReached(long now) {
        return plan.target() instanceof RecoveryTarget.Revision(long revision) && now >= revision;
    }

    private Segment read(SegmentName name) throws IOException {
        try {
            return archive.read(name);
        } catch (ObjectStoreException e) {
            throw BackupException.of(name.key(), e);
        }
    }

    /** Whether to go on. */
    private boolean replay(Segment segment, Applier applier, KvStore keys) throws IOException {
        long from = applier.applied().index();
        if (segment.firstIndex() > covered + 1) {
            throw damaged(segment.name(), "it doesn't go on from log index " + covered, null);
        }
        for (LoggedEntry entry : segment.entries()) {
            if (entry.position().index() <= from) {
                requireSame(segment, entry);
                continue;
            }
            long millis = segment.millis(entry);
            if (plan.target() instanceof RecoveryTarget.Time(Instant time) && millis > time.toEpochMilli()) {
                return false;
            }
            long until = plan.target() instanceof RecoveryTarget.Revision(long revision) ? revision : Long.MAX_VALUE;
            var _ = applier.apply(
                    entry.position(), CommandCodec.decode(entry.data().array()), until);
            lastMillis = OptionalLong.of(millis);
            if (isReached(keys.revision())) {
                return false;
            }
        }
        covered = segment.lastIndex();
        return true;
    }

    private void requireSame(Segment segment, LoggedEntry entry) throws IOException {
        BackupManifest.Origin origin = plan.base().origin();
        if (entry.position().index() == origin.raftIndex() && entry.position().term() != origin.raftTerm()) {
            throw damaged(
                    segment.name(),
                    "its log entry " + origin.raftIndex() + " is of another term than that of backup "
                            + plan.base().id(),
                    null);
        }
    }

    /** At a mark the state must be what it was. */
    private static void compare(Segment segment, Applier applier, KvStore keys) throws IOException {
        if (!segment.isWhole()) {
            return;
        }
        if (keys.revision() != segment.after().revision()) {
            throw damaged(
                    segment.name(),
                    "its replay came to revision " + keys.revision() + ", the cluster to "
                            + segment.after().revision(),
                    null);
        }
        StateHash now = applier.stateHashes().newest().hash();
        if (segment.hash().isPresent()
                && segment.hash().get().origin() == now.origin()
                && segment.hash().get().value() != now.value()) {
            throw damaged(segment.name(), "its replay came to another state than the cluster", null);
        }
    }

    private static BackupException damaged(SegmentName name, String how, @Nullable Throwable cause) {
        BackupException damaged = new BackupException(BackupException.Reason.DAMAGED, name + " is damaged: " + how);
        if (cause != null) {
            damaged.initCause(cause);
        }
        return damaged;
    }
}
