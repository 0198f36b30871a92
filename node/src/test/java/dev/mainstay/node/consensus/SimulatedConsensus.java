package dev.mainstay.node.consensus;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.PeerException.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * What {@link RatisMember} puts together around Ratis, put together around another log and without threads of its own: the
 * real queue, batcher, read rounds, leadership notice, peer port and state machine shell.
 */
public final class SimulatedConsensus implements Proposer, ReadBarrier, RaftStatus {

    /** After how long proposals and reads are answered in any case, on the member's clock. */
    public static final int REQUEST_MILLIS = 2_500;

    /** How many commands an entry may hold. */
    public static final int BATCH_COMMANDS = 5;

    /** How many commands may wait. */
    public static final int QUEUE_COMMANDS = 24;

    /** How many batches may be under way. */
    public static final int WINDOW_BATCHES = 2;

    private static final RaftSettings.Batching BATCHING =
            new RaftSettings.Batching(2_048, 1_024, BATCH_COMMANDS, 16_384, QUEUE_COMMANDS);

    private final Log log;
    private final long memberId;
    private final LogTraffic traffic;
    private final PeerPort port;
    private final OfficeWait office;
    private final Batcher batcher;
    private final LeadershipNotice leadership;
    private final LogStateMachine stateMachine;
    private final RaftGroupMemberId ratisId;
    private @Nullable ProposalBatch taken;

    /** What Ratis offers a member. */
    public interface Log {

        /** @param context kept beside the entry, to be given back when it is applied in this life */
        CompletableFuture<Void> append(Object context, byte[] entry);

        /** A read-index round. */
        CompletableFuture<Boolean> readIndex();

        /** 0 for none. */
        long leaderId();

        long term();

        long committedIndex();

        long appliedIndex();
    }

    /** The peer port's calling side, with a patience for each call. */
    @FunctionalInterface
    public interface Link {

        CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request, int millis);
    }

    /** The threads around the log. */
    public interface Threads {

        /** Starts the read round that follows another. */
        Executor readRounds();

        /** Makes the entry that waited for room. */
        Executor entries();

        /** The one on which leadership is told. */
        ExecutorService leadership();
    }

    /** Makes a member of its parts; nothing runs before {@link #batcherTurn} and {@link #sweep} are called. */
    public SimulatedConsensus(
            long memberId,
            long clusterId,
            long session,
            int electionMillis,
            Log log,
            Link link,
            ReplicatedState state,
            LongSupplier clusterMillis,
            LongSupplier nanoClock,
            Leadership listener,
            Threads threads) {
        this.log = log;
        this.memberId = memberId;
        RaftSettings settings = RaftSettings.usual(Path.of("simulated"), memberId, clusterId, "simulated", 0)
                .with(new RaftSettings.Timeouts(electionMillis / 5, electionMillis, REQUEST_MILLIS))
                .with(BATCHING);
        traffic = new LogTraffic(settings, log::readIndex, threads.readRounds(), nanoClock, ConsensusMeter.NONE);
        traffic.queue().begin(session);
        port = new PeerPort(Long.toHexString(clusterId), List.of(), PeerSecurity.of(Optional.empty()), PeerMeter.NONE);
        office = new OfficeWait(threads.entries());
        var entries = new EntryAssembler(
                (parts, entry) -> log.append(new EntryMessage(parts, entry), entry),
                traffic.queue()::leadsFor,
                clusterMillis,
                BATCHING,
                threads.entries());
        port.register(
                PeerMethod.PROPOSE,
                new ForwardedBatches(
                        traffic.queue(),
                        () -> log.leaderId() == memberId,
                        office,
                        entries,
                        new CommitNews(),
                        log::committedIndex,
                        Traces.NONE));
        batcher = new Batcher(
                traffic.queue(),
                entries,
                (leader, body, millis, _) -> link.call(leader, PeerMethod.PROPOSE, body, millis),
                nanoClock,
                ConsensusMeter.NONE,
                settings);
        leadership = new LeadershipNotice(
                listener,
                leading -> {
                    traffic.inOffice(leading, log.leaderId());
                    office.settle();
                },
                threads.leadership());
        stateMachine = new LogStateMachine(state, new Events());
        ratisId = RaftGroupMemberId.valueOf(RatisGroup.peerId(memberId), RaftGroupId.valueOf(settings.groupId()));
    }

    @Override
    public CompletableFuture<Outcome> propose(Command command) {
        return traffic.propose(command);
    }

    @Override
    public CompletableFuture<Outcome> propose(Command command, BooleanSupplier gone, @Nullable ProposalTrace trace) {
        return traffic.propose(command, gone, trace);
    }

    @Override
    public CompletableFuture<Optional<ErrorCode>> await() {
        return traffic.read();
    }

    /** Where this member's answers are registered. */
    public PeerMethods peerMethods() {
        return port;
    }

    /** Answers another member as the peer port does, failures as its caller sees them. */
    public CompletableFuture<byte[]> answer(PeerMethod method, long from, byte[] request) {
        return port.answer(method, from, request, null).exceptionallyCompose(thrown -> {
            Throwable cause = thrown instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : thrown;
            boolean refused = cause instanceof PeerException failure && failure.reason() == Reason.REFUSED;
            return CompletableFuture.failedFuture(
                    new PeerException(refused ? Reason.REFUSED : Reason.FAILED, String.valueOf(cause.getMessage())));
        });
    }

    /**
     * The batcher takes what it can, if it is idle.
     *
     * @return nanoseconds after which {@link #batcherSends} is to be called; -1 if there is nothing to send
     */
    public long batcherTurn() {
        if (taken != null) {
            return -1;
        }
        ProposalBatch batch = traffic.queue().poll();
        taken = batch;
        return batch == null ? -1 : Batcher.pauseNanos(batch);
    }

    /** The batcher sends what it took. */
    public void batcherSends() {
        ProposalBatch batch = taken;
        taken = null;
        if (batch != null) {
            batcher.send(batch);
        }
    }

    /** The watchdog's round. */
    public void sweep() {
        traffic.sweep(hasLeader(), hasLeader());
    }

    /** Ratis applies an entry. */
    public void apply(long term, long index, byte[] data, @Nullable Object context) {
        LogEntryProto entry = LogEntryProto.newBuilder()
                .setTerm(term)
                .setIndex(index)
                .setStateMachineLogEntry(
                        StateMachineLogEntryProto.newBuilder().setLogData(UnsafeByteOperations.unsafeWrap(data)))
                .build();
        TransactionContext transaction = TransactionContext.newBuilder()
                .setServerRole(RaftPeerRole.FOLLOWER)
                .setStateMachine(stateMachine)
                .setLogEntry(entry)
                .build();
        transaction.setStateMachineContext(context);
        var _ = stateMachine.applyTransaction(transaction);
    }

    /** Ratis says that this member leads and has applied all that was committed before. */
    public void leaderReady() {
        stateMachine.notifyLeaderReady();
    }

    /** Ratis says that this member leads no more. */
    public void leadershipLost() {
        stateMachine.notifyNotLeader(List.of());
    }

    /** Ratis says who leads. */
    public void leaderChanged(long leader) {
        stateMachine.notifyLeaderChanged(ratisId, RatisGroup.peerId(leader));
    }

    @Override
    public long memberId() {
        return memberId;
    }

    @Override
    public long leaderId() {
        return log.leaderId();
    }

    @Override
    public long term() {
        return log.term();
    }

    @Override
    public long committedIndex() {
        return log.committedIndex();
    }

    @Override
    public long appliedIndex() {
        return log.appliedIndex();
    }

    /** Whether this member has taken office, and takes batches into its log. */
    public boolean isInOffice() {
        return traffic.queue().route() instanceof Route.Here;
    }

    /** Commands without an answer or whose batch is under way. */
    public int pending() {
        return traffic.queue().pending();
    }

    public int batchesUnderWay() {
        return traffic.queue().underWay().size();
    }

    public long waitingBytes() {
        return traffic.queue().waitingBytes();
    }

    /** The bound of {@link #waitingBytes}. */
    public static long queueBytes() {
        return BATCHING.queueBytes();
    }

    /** The bound of an entry. */
    public static int maxEntryBytes() {
        return BATCHING.maxEntryBytes();
    }

    /** As {@code RatisMember} does it. */
    private final class Events implements LogStateMachine.Events {

        @Override
        public @Nullable ProposalBatch underWay(BatchOrigin origin) {
            return traffic.queue().underWay(origin);
        }

        @Override
        public void applied(LogPosition position, int bytes) {}

        @Override
        public void answered(ProposalBatch batch, List<Outcome> outcomes) {
            batcher.applied(batch, outcomes);
        }

        @Override
        public void leaderReady() {
            leadership.ready(log.term());
            traffic.retryReads();
        }

        @Override
        public void leadershipLost() {
            leadership.lost();
            office.settle();
        }

        @Override
        public void leaderChanged(RaftPeerId leader) {
            traffic.leaderIs(RatisGroup.memberId(leader));
        }

        @Override
        public CompletableFuture<Void> snapshotNeeded(RaftPeerId leader, LogPosition firstAvailable) {
            return CompletableFuture.failedFuture(new IllegalStateException("the model keeps its log"));
        }

        @Override
        public CompletableFuture<Void> snapshotNotNeeded() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void configured(LogEntryProto entry) {}

        @Override
        public void failed(String reason, Throwable cause) {
            throw new IllegalStateException(reason, cause);
        }

        @Override
        public void closed() {}

        @Override
        public void onLogThread() {}
    }
}
