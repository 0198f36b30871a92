package dev.mainstay.node.consensus;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Invariant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Drives the replicated state with what Ratis committed. Its snapshot is the state's durable position: nothing is copied
 * for it, and entries up to it are neither replayed nor kept.
 *
 * <p>Ratis calls the applying methods on one thread, the log events on the log's thread.
 */
final class LogStateMachine extends BaseStateMachine {

    private static final CompletableFuture<Message> DONE = CompletableFuture.completedFuture(Message.EMPTY);

    private final ReplicatedState state;
    private final Events events;

    /** What the member wants to know of the log's life. */
    interface Events {

        /** The batch with this origin, if this member proposed it in this life and waits for it. Apply thread. */
        @Nullable
        ProposalBatch underWay(BatchOrigin origin);

        /** An entry was applied. Apply thread. */
        void applied(LogPosition position, int bytes);

        /** A batch of an applied entry has these outcomes. Apply thread. */
        void answered(ProposalBatch batch, List<Outcome> outcomes);

        /** This member leads and has applied all that was committed before. Apply thread. */
        void leaderReady();

        void leadershipLost();

        void leaderChanged(RaftPeerId leader);

        /** The leader no longer has the log that this member lacks; fails if the state can't be had otherwise. */
        CompletableFuture<Void> snapshotNeeded(RaftPeerId leader, LogPosition firstAvailable);

        /**
         * The leader asks for a snapshot up to where this member has come anyway: done once that is durable, and Ratis knows
         * it.
         */
        CompletableFuture<Void> snapshotNotNeeded();

        /** The configuration in this entry is in force. Apply thread. */
        void configured(LogEntryProto entry);

        /** The member can't go on. */
        void failed(String reason, Throwable cause);

        /** Ratis ended its service of this group. */
        void closed();

        /** When the last fsync of the log ended, on the nano clock. Apply thread. */
        default long syncedNanos() {
            return 0;
        }

        /** The thread that writes the log shows itself. Log thread. */
        void onLogThread();
    }

    LogStateMachine(ReplicatedState state, Events events) {
        this.state = state;
        this.events = events;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        getLifeCycle().startAndTransition(() -> setLastAppliedTermIndex(termIndex(state.durable())));
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        LogPosition durable = state.durable();
        return durable.index() == 0 ? null : new DurableState(termIndex(durable));
    }

    @Override
    public long takeSnapshot() {
        LogPosition durable = state.durable();
        return durable.index() == 0 ? RaftLog.INVALID_LOG_INDEX : durable.index();
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        return TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .setStateMachineContext(request.getMessage())
                .build();
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        var position = new LogPosition(entry.getTerm(), entry.getIndex());
        ByteString data = entry.getStateMachineLogEntry().getLogData();
        List<CommandBatch> batches;
        List<List<Outcome>> outcomes;
        long startedNanos = System.nanoTime();
        try {
            batches = batches(data, transaction.getStateMachineContext());
            outcomes = state.apply(position, batches);
            Invariant.check(
                    outcomes.isEmpty() || outcomes.size() == batches.size(),
                    "outcomes of %d batches for %d at index %d",
                    outcomes.size(),
                    batches.size(),
                    position.index());
        } catch (RuntimeException | Error e) {
            events.failed("applying log entry " + position.index() + " failed, the state can't be trusted", e);
            throw e;
        }
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        events.applied(position, data.size());
        if (transaction.getStateMachineContext() instanceof EntryMessage known) {
            traceForwarded(known, startedNanos);
        }
        for (int i = 0; i < outcomes.size(); i++) {
            ProposalBatch own = events.underWay(batches.get(i).origin());
            if (own != null && outcomes.get(i).size() == own.size()) {
                trace(own.trace(), startedNanos);
                events.answered(own, outcomes.get(i));
            }
        }
        return DONE;
    }

    private void traceForwarded(EntryMessage entry, long startedNanos) {
        for (EntryPart part : entry.parts()) {
            if (part instanceof EntryPart.Forwarded forwarded) {
                trace(forwarded.trace(), startedNanos);
            }
        }
    }

    private void trace(@Nullable BatchTrace trace, long startedNanos) {
        if (trace != null) {
            trace.applied(startedNanos, events.syncedNanos());
        }
    }

    /** The clock is that of the log; the batches needn't be decoded where they were put into the log. */
    private static List<CommandBatch> batches(ByteString data, @Nullable Object context) {
        if (!(context instanceof EntryMessage known)) {
            return CommandCodec.decode(data.toByteArray());
        }
        long clockMillis = CommandCodec.clockMillis(data.substring(0, Math.min(data.size(), CommandCodec.CLOCK_BYTES))
                .toByteArray());
        var batches = new ArrayList<CommandBatch>(known.parts().size());
        for (EntryPart part : known.parts()) {
            batches.add(new CommandBatch(clockMillis, part.origin(), part.commands()));
        }
        return batches;
    }

    /** The answer to a read-index round: that it was answered is all that is asked. */
    @Override
    public CompletableFuture<Message> query(Message request) {
        return DONE;
    }

    @Override
    public CompletableFuture<Void> flush(long index) {
        events.onLogThread();
        return super.flush(index);
    }

    @Override
    public void notifyLeaderReady() {
        events.leaderReady();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leadershipLost();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        events.leaderChanged(leader);
    }

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        events.configured(LogEntryProto.newBuilder()
                .setTerm(term)
                .setIndex(index)
                .setConfigurationEntry(configuration)
                .build());
    }

    /**
     * A leader asks every new member this. If its log begins at its very beginning, they take the log; one that was a member
     * before, such as a learner that was promoted, may have all that the leader lacks. Otherwise the answer stays out for
     * good, or until it fails: the member is started again on the new state.
     */
    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(RoleInfoProto role, TermIndex first) {
        if (first.getIndex() <= RaftLog.LEAST_VALID_LOG_INDEX) {
            return CompletableFuture.completedFuture(null);
        }
        if (first.getIndex() <= getLastAppliedTermIndex().getIndex() + 1) {
            return events.snapshotNotNeeded().thenCompose(_ -> CompletableFuture.completedFuture(null));
        }
        RaftPeerId leader = RaftPeerId.valueOf(
                role.getFollowerInfo().getLeaderInfo().getId().getId());
        return events.snapshotNeeded(leader, new LogPosition(first.getTerm(), first.getIndex()))
                .thenCompose(_ -> new CompletableFuture<>());
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        String where = entry == null ? "a log file" : "log entry " + entry.getIndex();
        events.failed("writing " + where + " failed: " + cause.getMessage(), cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
        events.closed();
    }

    @Override
    public void close() throws IOException {
        super.close();
        events.closed();
    }

    private static TermIndex termIndex(LogPosition position) {
        return position.index() == 0 ? TermIndex.INITIAL_VALUE : TermIndex.valueOf(position.term(), position.index());
    }

    /** The state itself, as far as it is durable. No files: a lagging peer will get a checkpoint made for it. */
    private record DurableState(TermIndex termIndex) implements SnapshotInfo {

        @Override
        public TermIndex getTermIndex() {
            return termIndex;
        }

        @Override
        public List<FileInfo> getFiles() {
            return List.of();
        }
    }
}
