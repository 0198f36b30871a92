package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Entry;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.WriteSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A member whose log holds nothing but leases; what is proposed waits until {@link #commit}, unless told otherwise. */
final class LeaseWorld implements Proposer {

    final HandMovedTime time = new HandMovedTime();
    final LeaseTable leases = LeaseTable.open(new EmptyView());
    final List<Command> proposed = new ArrayList<>();
    boolean commitsAtOnce = true;
    LeaseKeeper keeper;

    private final Queue<Pending> pending = new ArrayDeque<>();
    private LeaseInbox inbox = new LeaseInbox();
    private ClusterClock clock;
    private long appliedMillis;

    private record Pending(Command command, long clockMillis, CompletableFuture<Outcome> outcome) {}

    LeaseWorld() {
        clock = new ClusterClock(time::nanos, () -> appliedMillis);
        keeper = new LeaseKeeper(leases, inbox, this, clock, () -> appliedMillis, time);
        clock.lead();
        keeper.lead();
    }

    /** The leader goes, taking its memory with it, and after a while another follows, who knows only the log. */
    void changeLeader(long gapMillis) {
        keeper.close();
        clock.follow();
        pending.clear();
        time.advance(gapMillis);
        inbox = new LeaseInbox();
        clock = new ClusterClock(time::nanos, () -> appliedMillis);
        keeper = new LeaseKeeper(leases, inbox, this, clock, () -> appliedMillis, time);
        clock.lead();
        keeper.lead();
    }

    /** The leader loses office and takes it again at once; what it proposed may still be committed. */
    void leadAgain() {
        keeper.follow();
        clock.follow();
        clock.lead();
        keeper.lead();
    }

    long clockMillis() {
        return clock.millis();
    }

    void grant(long id, long ttlSeconds) {
        CompletableFuture<Outcome> _ = propose(new Command.GrantLease(id, ttlSeconds));
    }

    @Override
    public CompletableFuture<Outcome> propose(Command command) {
        proposed.add(command);
        Pending proposal = new Pending(command, clock.millis(), new CompletableFuture<>());
        pending.add(proposal);
        if (commitsAtOnce) {
            commit();
        }
        return proposal.outcome;
    }

    /** Applies what was proposed up to now. */
    void commit() {
        for (int left = pending.size(); left > 0; left--) {
            Pending proposal = pending.remove();
            appliedMillis = Math.max(appliedMillis, proposal.clockMillis);
            proposal.outcome.complete(apply(proposal.command));
        }
    }

    int waiting() {
        return pending.size();
    }

    private Outcome apply(Command command) {
        return switch (command) {
            case Command.GrantLease(long id, long ttlSeconds) -> {
                Lease lease = new Lease(id, ttlSeconds, appliedMillis + ttlSeconds * 1000);
                leases.grant(Discard.CHANGES, lease);
                inbox.changed(id, lease);
                yield new Outcome.Granted(1, id, ttlSeconds);
            }
            case Command.RenewLease(long id, long deadlineMillis) -> {
                Lease lease = leases.get(id);
                if (lease == null) {
                    yield new Outcome.Refused(ErrorCode.LEASE_NOT_FOUND);
                }
                inbox.changed(id, leases.extend(Discard.CHANGES, lease, deadlineMillis));
                yield new Outcome.Done(1);
            }
            case Command.ExpireLease(long id, long deadlineMillis) -> {
                Lease lease = leases.get(id);
                if (lease != null && lease.deadlineMillis() == deadlineMillis) {
                    leases.remove(Discard.CHANGES, id);
                    inbox.changed(id, null);
                }
                yield new Outcome.Done(1);
            }
            default -> new Outcome.Done(1);
        };
    }

    private enum Discard implements WriteSet {
        CHANGES;

        @Override
        public void put(Table table, byte[] key, byte[] value) {}

        @Override
        public void delete(Table table, byte[] key) {}

        @Override
        public void deleteRange(Table table, byte[] from, byte[] to) {}
    }

    private static final class EmptyView implements StoreView {

        @Override
        public byte @Nullable [] get(Table table, byte[] key) {
            return null;
        }

        @Override
        public @Nullable Entry first(Table table, byte[] from, byte[] to) {
            return null;
        }

        @Override
        public Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
            return new EmptyCursor();
        }
    }

    private static final class EmptyCursor implements Cursor {

        @Override
        public void seek(byte[] key) {}

        @Override
        public void seekForPrev(byte[] key) {}

        @Override
        public boolean isValid() {
            return false;
        }

        @Override
        public void next() {}

        @Override
        public void prev() {}

        @Override
        public byte[] key() {
            throw new IllegalStateException("nothing here");
        }

        @Override
        public byte[] value() {
            throw new IllegalStateException("nothing here");
        }

        @Override
        public void close() {}
    }
}
