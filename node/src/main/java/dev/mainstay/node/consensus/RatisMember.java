package dev.mainstay.node.consensus;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member of the Raft group: the way into the log, the read barrier and the status. Made first, so that whoever
 * proposes can be built on it, then started, once.
 *
 * <p>A proposal's path: {@link ProposalQueue} → {@link Batcher} → {@link EntryAssembler} → Ratis appends and fsyncs → {@link LogStateMachine} on
 * the apply thread → answer. Any thread may call the methods here.
 */
public final class RatisMember implements Proposer, ReadBarrier, RaftStatus, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RatisMember.class);
    private static final CompletableFuture<Optional<ErrorCode>> GO_AHEAD =
            CompletableFuture.completedFuture(Optional.empty());
    private static final long DRAIN_MILLIS = 5_000;
    private static final long REPLAY_POLL_MILLIS = 2;
    private static final long REPLAY_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final RaftSettings settings;
    private final ReplicatedState state;
    private final ConsensusMeter meter;
    private final FatalLatch fatal;
    private final LogTraffic traffic;
    private final PeerSecurity security;
    private final PeerPort port;
    private final PeerLinks peers;
    /** Holds at most one task: rounds follow one another. */
    private final ExecutorService readThread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("read-rounds").factory());

    /** Holds at most two tasks: the next entry is made by one thread, and others' batches go on that waited for an office. */
    private final ExecutorService entryThread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("entries").factory());

    private final AppenderThreads appenders = new AppenderThreads();
    private final OfficeWait office = new OfficeWait(this::appendNext);
    private final LogTrimmer trimmer;
    private final ConfigurationFile configuration;
    private final SyncClock syncClock;
    private final LongSupplier nanoClock = System::nanoTime;
    private volatile SnapshotRequests snapshots = SnapshotRequests.NONE;
    private volatile Traces traces = Traces.NONE;
    private volatile Optional<ArchiveNeed> archive = Optional.empty();
    private final AtomicLong appliedBytes = new AtomicLong();
    private volatile @Nullable Running running;
    private volatile boolean opened;
    private volatile boolean closing;

    /** What exists only between start and close. */
    private record Running(
            RatisGroup group,
            RatisControl control,
            LogStateMachine stateMachine,
            EntryAssembler entries,
            Batcher batcher,
            Watchdog watchdog,
            LeadershipNotice leadership,
            AcknowledgedIndex acknowledged) {}

    /** Opens nothing yet. */
    public RatisMember(
            RaftSettings settings, ReplicatedState state, ConsensusMeter meter, FatalListener fatalListener) {
        this.settings = settings;
        this.state = state;
        this.meter = meter;
        this.traffic = new LogTraffic(settings, this::readRound, this::follow, nanoClock, meter);
        this.fatal = new FatalLatch(fatalListener, traffic::stop);
        this.security = PeerSecurity.of(settings.tls());
        this.port = new PeerPort(settings.clusterName(), settings.alsoListen(), security, meter.peers());
        this.peers = new PeerLinks(
                settings.memberId(),
                settings.clusterName(),
                port,
                security,
                this::address,
                RatisProperties.messageBytes(settings),
                settings.timeouts().requestMillis(),
                meter.peers());
        this.trimmer = new LogTrimmer(settings.log(), this::trim);
        this.configuration = new ConfigurationFile(settings.segmentDirectory());
        this.syncClock = new SyncClock(nanoClock, meter);
    }

    /** Who fetches the state when the log can't bring this member up to date. To be set before it starts. */
    public void snapshotsFrom(SnapshotRequests requests) {
        snapshots = requests;
    }

    /** Who hears of other members' batches that are traced. To be set before it starts. */
    public void traceTo(Traces hearer) {
        traces = hearer;
    }

    /** Keeps the log for an archive, too. To be called before the start. */
    public void keepLogFor(ArchiveNeed need) {
        archive = Optional.of(need);
    }

    /** The log's entries, for who archives them. Empty before the start. */
    public LoggedEntries entries() {
        return new LoggedEntries() {
            @Override
            public long firstIndex() {
                Running now = running;
                return now == null ? 0 : now.group.firstIndex();
            }

            @Override
            public Optional<LoggedEntry> read(long index) throws IOException {
                Running now = running;
                return now == null || closing ? Optional.empty() : now.group.entry(index);
            }

            @Override
            public long appliedBytes() {
                return appliedBytes.get();
            }
        };
    }

    /**
     * Verifies the log, replays what the state lacks and joins the group. Returns when the log is open; whether there is
     * a leader shows in {@link RaftStatus}.
     *
     * @param clusterMillis cluster elapsed time, stamped into each entry; called while leading, on any thread
     * @throws DamagedLogException if acknowledged writes are damaged or missing
     * @throws IOException if the log or the peer port can't be opened
     */
    public void start(LongSupplier clusterMillis, Leadership leadership) throws IOException {
        new VoteRecord(settings.segmentDirectory(), settings.logDirectory()).settle();
        LogGuard.Findings findings = new LogGuard(
                        settings.segmentDirectory(),
                        settings.acknowledgedFile(),
                        state.durable().index(),
                        settings.alone(),
                        InstalledLog.read(settings.logDirectory()))
                .examine();
        configuration.settle();
        LearnersStart.prepare(settings);
        var acknowledged = new AcknowledgedIndex(settings.acknowledgedFile(), findings.acknowledged());
        traffic.queue().begin(SessionNumber.next(settings.sessionFile(), System.currentTimeMillis()));
        var notice = new LeadershipNotice(
                leadership,
                leading -> {
                    traffic.inOffice(leading, leaderId());
                    office.settle();
                },
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("leadership").factory()));
        var stateMachine = new LogStateMachine(state, new LogEvents(notice, acknowledged, new SnapshotWish(snapshots)));
        LogMetrics.installed().ifPresent(metrics -> metrics.attach(RatisGroup.metricsName(settings), syncClock));
        var news = new CommitNews();
        RatisGroup group = RatisGroup.of(
                settings, stateMachine, RatisProperties.parameters(port, security, meter.peers(), news, appenders));
        port.logFlushedTo(group::flushedIndex);
        var log = new EntryAssembler(
                new LogAppend(group), traffic.queue()::leadsFor, clusterMillis, settings.batching(), this::appendNext);
        port.register(
                PeerMethod.PROPOSE,
                new ForwardedBatches(
                        traffic.queue(), this::isLeader, office, log, news, group::committedIndex, traces));
        var batcher = new Batcher(traffic.queue(), log, this::proposeTo, nanoClock, meter, settings);
        var reconnection =
                new Reconnection(group::reconnect, settings.timeouts().electionMillis());
        var watchdog = new Watchdog(
                () -> {
                    sweep();
                    reconnection.tick(nanoClock.getAsLong());
                },
                syncClock,
                meter,
                nanoClock,
                TimeUnit.MILLISECONDS.toNanos(settings.timeouts().electionMillis()));
        var control = new RatisControl(group, 2 * settings.timeouts().electionMillis());
        running = new Running(group, control, stateMachine, log, batcher, watchdog, notice, acknowledged);
        try {
            group.start();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        opened = true;
        batcher.start();
        watchdog.start();
        replay(group, stateMachine, Math.min(findings.acknowledged(), findings.lastIndex()));
    }

    /**
     * Applies again what this member had applied before it stopped: a leader isn't needed for that, and without it a member
     * that finds none would serve a past older than what it has shown.
     */
    private void replay(RatisGroup group, LogStateMachine stateMachine, long upTo) throws IOException {
        long applied = stateMachine.getLastAppliedTermIndex().getIndex();
        long since = nanoClock.getAsLong();
        while (applied < upTo && !fatal.isTripped()) {
            group.committed(upTo);
            try {
                TimeUnit.MILLISECONDS.sleep(REPLAY_POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the log was replayed");
            }
            long before = applied;
            applied = stateMachine.getLastAppliedTermIndex().getIndex();
            long now = nanoClock.getAsLong();
            if (applied > before) {
                since = now;
            } else if (now - since > REPLAY_PATIENCE_NANOS) {
                LOG.warn("the log is applied up to {} of {}; a leader will have the rest applied", applied, upTo);
                return;
            }
        }
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
        Running now = running;
        return now != null && !closing && !fatal.isTripped() && now.group.leadsAlone() ? GO_AHEAD : traffic.read();
    }

    /** Calls to other members; fail before the start. */
    public PeerCalls peers() {
        return peers;
    }

    /** Where this member's answers to its peers are registered. */
    public PeerMethods peerMethods() {
        return port;
    }

    /** The configuration that the log runs by. Only after the start. */
    public GroupControl control() {
        return Objects.requireNonNull(running, "not started").control;
    }

    /**
     * Hands leadership to the voter that is furthest, if this member leads and there is one; returns when it is done or
     * can't be. Writes go on through the new leader.
     */
    public void handOver() {
        Running now = running;
        if (now != null && isLeader()) {
            new Handover(now.control, settings).run();
        }
    }

    /**
     * Whether the configuration says that this member only listens, while its log has it wait for a vote of its own. False
     * while the log is being opened, which knows of no role yet.
     */
    public boolean mistakesLearnerForVoter() {
        Running now = running;
        return now != null && opened && !closing && now.group.mistakesLearnerForVoter();
    }

    @Override
    public long memberId() {
        return settings.memberId();
    }

    @Override
    public long leaderId() {
        Running now = running;
        return now == null || closing || fatal.isTripped() ? 0 : now.group.leaderId();
    }

    @Override
    public long term() {
        Running now = running;
        return now == null ? 0 : now.group.term();
    }

    @Override
    public long committedIndex() {
        Running now = running;
        return now == null ? 0 : now.group.committedIndex();
    }

    @Override
    public long appliedIndex() {
        Running now = running;
        return now == null
                ? state.durable().index()
                : now.stateMachine.getLastAppliedTermIndex().getIndex() + 1;
    }

    /**
     * The last entry of this member's log, committed or not, with the term that it was written in; index counted from 1. Of the members of
     * a cluster that lost its quorum, the one whose last entry has the highest term, and of these the highest index, holds all that
     * any of them can know to be committed. What a snapshot holds, if the log behind it is empty.
     */
    public LogPosition lastEntry() {
        Running now = running;
        LogPosition last = now == null ? null : now.group.lastEntry();
        return last != null ? last : state.durable();
    }

    /** Commands without an answer: waiting to be batched, or on their way through the log. */
    public int pendingProposals() {
        return traffic.queue().pending();
    }

    /** Bytes of commands that wait to be batched. */
    public long waitingProposalBytes() {
        return traffic.queue().waitingBytes();
    }

    /** Batches, of this member and of others, that wait for this member's office or for room in the log that it leads. */
    public int batchesWaiting() {
        Running now = running;
        return now == null ? 0 : now.entries.waiting() + office.waiting();
    }

    /** Calls of other members that are being answered on threads of their own. */
    public int peerCallsRunning() {
        return port.callsRunning();
    }

    /** What the log's files take, in bytes, preallocated space included. Asks the file system. */
    public long logBytes() {
        try {
            long bytes = 0;
            for (SegmentFile segment : SegmentFile.list(settings.segmentDirectory())) {
                bytes += Files.size(segment.path());
            }
            return bytes;
        } catch (IOException e) {
            // A file was dropped while we looked.
            LOG.debug("log size", e);
            return 0;
        }
    }

    /** Answers what is under way, flushes the state and closes the log. The state itself is closed by its opener, after. */
    @Override
    public void close() {
        Running now;
        synchronized (this) {
            now = running;
            if (closing) {
                return;
            }
            closing = true;
        }
        boolean drained = !fatal.isTripped() && drain();
        traffic.stop();
        if (now == null) {
            return;
        }
        try {
            now.batcher.join(DRAIN_MILLIS);
            if (drained) {
                state.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("the state could not be flushed; the log will be replayed at the next start", e);
        }
        try {
            now.group.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("the log did not close cleanly", e);
        }
        peers.close();
        port.close();
        appenders.close();
        readThread.shutdown();
        entryThread.shutdown();
        now.watchdog.close();
        now.leadership.close();
        now.acknowledged.close();
        LogMetrics.installed().ifPresent(metrics -> metrics.detach(RatisGroup.metricsName(settings), syncClock));
    }

    private boolean drain() {
        try {
            return traffic.queue().drain(DRAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void sweep() {
        Running now = running;
        boolean led = hasLeader();
        traffic.sweep(
                led,
                led && now != null && now.group.isConnected(settings.timeouts().electionMillis()));
    }

    private Optional<String> address(long memberId) {
        Running now = running;
        return now == null ? Optional.empty() : now.group.address(memberId);
    }

    private CompletableFuture<byte[]> proposeTo(long leaderId, byte[] body, int millis, @Nullable String traceparent) {
        return peers.call(leaderId, PeerMethod.PROPOSE, body, millis, traceparent);
    }

    private void follow(Runnable round) {
        executeUnlessClosed(readThread, round);
    }

    private void appendNext(Runnable append) {
        executeUnlessClosed(entryThread, append);
    }

    private static void executeUnlessClosed(Executor thread, Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        }
    }

    private CompletableFuture<Boolean> readRound() {
        Running now = running;
        return now == null
                ? CompletableFuture.completedFuture(false)
                : now.group.readIndex().whenComplete((upToDate, thrown) -> {
                    if ((thrown != null || !upToDate) && hasLeader() && !closing) {
                        meter.readRoundFailed();
                    }
                });
    }

    private void trim() {
        Running now = running;
        if (now == null || closing || fatal.isTripped()) {
            return;
        }
        state.flush();
        try {
            configuration.secure();
        } catch (IOException e) {
            LOG.warn("the log is kept, since only it has the configuration", e);
            return;
        }
        now.group.dropLog(state.durable().index(), archive);
    }

    /** Takes what the state machine tells to those it concerns. */
    private final class LogEvents implements LogStateMachine.Events {

        private final LeadershipNotice leadership;
        private final AcknowledgedIndex acknowledged;
        private final SnapshotWish snapshot;

        LogEvents(LeadershipNotice leadership, AcknowledgedIndex acknowledged, SnapshotWish snapshot) {
            this.leadership = leadership;
            this.acknowledged = acknowledged;
            this.snapshot = snapshot;
        }

        @Override
        public void applied(LogPosition position, int bytes) {
            trimmer.applied(bytes);
            appliedBytes.addAndGet(bytes);
            meter.entryApplied(bytes);
            if (running != null && !fatal.isTripped()) {
                acknowledged.set(position.index());
            }
        }

        @Override
        public void answered(ProposalBatch batch, List<Outcome> outcomes) {
            Running now = running;
            if (now != null && !fatal.isTripped()) {
                now.batcher.applied(batch, outcomes);
            }
        }

        @Override
        public @Nullable ProposalBatch underWay(BatchOrigin origin) {
            return traffic.queue().underWay(origin);
        }

        @Override
        public void leaderReady() {
            leadership.ready(term());
            traffic.retryReads();
        }

        @Override
        public void leadershipLost() {
            leadership.lost();
            // It may never have taken office.
            office.settle();
        }

        @Override
        public void leaderChanged(RaftPeerId leader) {
            traffic.leaderIs(RatisGroup.memberId(leader));
        }

        @Override
        public CompletableFuture<Void> snapshotNeeded(RaftPeerId leader, LogPosition firstAvailable) {
            return snapshot.wanted(RatisGroup.memberId(leader), firstAvailable);
        }

        @Override
        public CompletableFuture<Void> snapshotNotNeeded() {
            Running now = running;
            return now == null
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.runAsync(
                            () -> {
                                state.flush();
                                now.group.noteDurable(state.durable().index());
                            },
                            Thread::startVirtualThread);
        }

        @Override
        public void configured(LogEntryProto entry) {
            configuration.inForce(entry);
        }

        @Override
        public void failed(String reason, Throwable cause) {
            fatal.trip(reason, cause);
        }

        @Override
        public void closed() {
            if (!closing) {
                fatal.trip("Raft ended by itself", new IllegalStateException("the Raft server closed itself"));
            }
        }

        @Override
        public long syncedNanos() {
            return syncClock.endedNanos();
        }

        @Override
        public void onLogThread() {
            Running now = running;
            if (now != null) {
                now.group.onLogThread();
            }
        }
    }
}
