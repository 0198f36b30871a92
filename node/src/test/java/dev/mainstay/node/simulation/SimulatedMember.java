package dev.mainstay.node.simulation;

import dev.mainstay.node.api.LeaseClock;
import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.CommittedMembers;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.AppliedLog;
import dev.mainstay.node.consensus.AppliedWait;
import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.GroupControl.Peer;
import dev.mainstay.node.consensus.LeaderCalls;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.consensus.ReadBarrier;
import dev.mainstay.node.consensus.ReplicatedState;
import dev.mainstay.node.consensus.SimulatedConsensus;
import dev.mainstay.node.leader.ClusterClock;
import dev.mainstay.node.leader.ClusterFounder;
import dev.mainstay.node.leader.LeadersLeases;
import dev.mainstay.node.leader.LeaseInbox;
import dev.mainstay.node.leader.LeaseKeeper;
import dev.mainstay.node.leader.MemberProbe;
import dev.mainstay.node.leader.MemberPublisher;
import dev.mainstay.node.leader.MemberRequests;
import dev.mainstay.node.leader.MembershipKeeper;
import dev.mainstay.node.leader.MembershipLimits;
import dev.mainstay.node.leader.PromotionMeter;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.server.SimulatedDuties;
import dev.mainstay.node.storage.MemoryStore;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A member of a simulated cluster: what it has on disk, and while it runs the real parts, put together as the server does
 * it.
 */
final class SimulatedMember {

    static final long CLUSTER = 0xC1;

    private static final int MOST_LEARNERS = 1;
    private static final int SWEEP_MILLIS = 100;
    private static final long HASTE_MILLIS = 2_500;

    private final Timeline timeline;
    private final Network network;
    private final Judge judge;
    private final Flaw flaw;
    private final long id;
    private final List<Member> founders;
    private final MemoryStore store = new MemoryStore();
    private final Journal journal = new Journal();
    private long session;
    private long lastUpMicros = Long.MIN_VALUE / 2;
    private long appliedBefore = -1;
    private boolean left;
    private @Nullable Running running;

    /** What exists while the process runs. */
    record Running(
            Life life,
            KvStore kv,
            LeaseTable leases,
            MemberTable members,
            Applier applier,
            RaftModel raft,
            SimulatedConsensus consensus,
            LeaseClock leaseClock,
            MemberRequests changes,
            MembershipKeeper keeper,
            MemberPublisher publisher) {}

    /** @param founders those a new cluster begins with; empty for a member that joins later */
    SimulatedMember(Timeline timeline, Network network, Judge judge, Flaw flaw, long id, List<Member> founders) {
        this.timeline = timeline;
        this.network = network;
        this.judge = judge;
        this.flaw = flaw;
        this.id = id;
        this.founders = founders;
    }

    static List<String> peerUrls(long id) {
        return List.of("http://m" + id + ":1");
    }

    private static Peer peer(long id) {
        return new Peer(id, "m" + id + ":1", false);
    }

    private static long idOf(String address) {
        return Long.parseLong(address.substring(1, address.indexOf(':')));
    }

    long id() {
        return id;
    }

    boolean isUp() {
        return running != null;
    }

    /** Whether it has stopped for good, because it was removed. */
    boolean hasLeft() {
        return left;
    }

    /** Whether it ever ran. */
    boolean hasRun() {
        return session > 0;
    }

    /** When it last ran; now if it does and doesn't stand still. */
    long lastUpMicros() {
        Running now = running;
        return now != null && !now.life.standsStill() ? timeline.micros() : lastUpMicros;
    }

    @Nullable
    Running running() {
        return running;
    }

    Running mustRun() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("member " + id + " is down");
        }
        return now;
    }

    void flush() {
        store.flush();
    }

    void pause(long micros, boolean withItsClock) {
        lastUpMicros = lastUpMicros();
        mustRun().life.pause(micros, withItsClock);
        network.disturbed();
    }

    /** The process ends at once; what wasn't flushed or synced is lost. */
    void crash() {
        Running ended = running;
        if (ended == null) {
            return;
        }
        lastUpMicros = lastUpMicros();
        appliedBefore = ended.raft.appliedIndex() - 1;
        ended.life.end();
        running = null;
        store.crash();
        journal.crash();
        judge.died(ended.life);
        network.disturbed();
    }

    private void leave() {
        timeline.note("member " + id + " was removed and stops");
        left = true;
        crash();
    }

    /** Starts the process; what it has on disk is all it knows. */
    void start() {
        if (running != null || left) {
            return;
        }
        session++;
        network.disturbed();
        Life life = new Life(timeline, "m" + id + (session > 1 ? "/" + session : ""));
        KvStore kv = KvStore.open(store);
        LeaseTable leases = LeaseTable.open(store);
        MemberTable members = MemberTable.open(store);
        Scheduler scheduler = life.scheduler();
        LongSupplier clock = life::nanos;
        Parts parts = new Parts();
        Applier applier = new Applier(
                store,
                kv,
                leases,
                Alarms.open(store),
                members,
                judge.reader(id, kv.revision()),
                (leaseId, lease) -> {
                    parts.inbox.changed(leaseId, lease);
                    judge.leases().changed(id, leaseId, lease);
                },
                changed -> parts.removal().changed(changed));
        long applied = applier.durable().index() == 0 ? -1 : applier.durable().index();
        RaftModel raft = new RaftModel(
                timeline,
                life,
                journal,
                id,
                founders.stream().map(Member::id).map(SimulatedMember::peer).toList(),
                network,
                flaw,
                flaw == Flaw.SKIPS_REPLAY ? Math.max(applied, appliedBefore) : applied,
                new RaftEvents(parts));
        ClusterClock clusterClock = new ClusterClock(
                clock, flaw == Flaw.HASTY_CLOCK ? () -> applier.clockMillis() + HASTE_MILLIS : applier::clockMillis);
        Calls calls = new Calls(life, raft, parts);
        GroupControl control = flaw == Flaw.KEEPS_REMOVED ? new Keeping(raft) : raft;
        Proposer proposer = command -> parts.consensus().propose(command);
        Proposer leaseProposer = flaw == Flaw.UNLOGGED_RENEWALS ? new Unlogged(proposer) : proposer;
        LeaseKeeper leaseKeeper =
                new LeaseKeeper(leases, parts.inbox, leaseProposer, clusterClock, applier::clockMillis, scheduler);
        ClusterFounder founder = new ClusterFounder(members, founders, proposer, scheduler);
        MemberProbe probe = flaw == Flaw.TRUSTING_PROBE
                ? (_, _) -> CompletableFuture.completedFuture(true)
                : SimulatedDuties.probe(calls, CLUSTER);
        MembershipKeeper keeper = new MembershipKeeper(
                members,
                proposer,
                new Status(id, raft),
                probe,
                new MembershipLimits(
                        true, MOST_LEARNERS, 2L * RaftModel.ELECTION_MILLIS, SimulatedConsensus.REQUEST_MILLIS - 1_000),
                clock,
                scheduler,
                life.soon("members"),
                PromotionMeter.NONE);
        SimulatedConsensus consensus = new SimulatedConsensus(
                id,
                CLUSTER,
                session,
                RaftModel.ELECTION_MILLIS,
                judge.watched(raft),
                calls,
                new State(new AppliedLog(applier, store), applier, leases, members, kv),
                clusterClock::millis,
                clock,
                SimulatedDuties.duties(clusterClock, leaseKeeper, founder, keeper, () -> control),
                new SimulatedConsensus.Threads() {
                    @Override
                    public Executor readRounds() {
                        return life.soon("read round");
                    }

                    @Override
                    public Executor entries() {
                        return life.soon("next entry");
                    }

                    @Override
                    public ExecutorService leadership() {
                        return life.oneThread("leadership");
                    }
                });
        parts.consensus = consensus;
        parts.removal = SimulatedDuties.removalNotice(consensus, raft, scheduler, clock, this::leave);
        AppliedWait caughtUp =
                new AppliedWait(consensus, clock, life.after(AppliedWait.PAUSE_MILLIS, "look whether applied"));
        LeaderCalls leaderCalls = new LeaderCalls(
                consensus,
                calls,
                clock,
                SimulatedConsensus.REQUEST_MILLIS,
                life.after(LeaderCalls.PAUSE_MILLIS, "ask the leader again"));
        ReadBarrier barrier =
                flaw == Flaw.UNSURE_OF_LEASES ? () -> CompletableFuture.completedFuture(Optional.empty()) : consensus;
        LeaseClock leaseClock = SimulatedDuties.leaseClock(
                consensus.peerMethods(),
                new LeadersLeases(leaseKeeper, caughtUp, consensus::isLeader),
                barrier,
                leaderCalls,
                leases);
        MemberRequests changes = new MemberRequests(
                keeper, caughtUp, consensus, calls, scheduler, clock, SimulatedConsensus.REQUEST_MILLIS);
        consensus.peerMethods().register(PeerMethod.CHANGE_MEMBERS, changes);
        SimulatedDuties.answerProbes(consensus.peerMethods(), CLUSTER, id, members);
        MemberPublisher publisher =
                new MemberPublisher(members, id, "m" + id, List.of("http://c" + id + ":1"), consensus, scheduler);
        if (members.now().isRemoved(id)) {
            left = true;
            return;
        }
        running = new Running(
                life, kv, leases, members, applier, raft, consensus, leaseClock, changes, keeper, publisher);
        life.afterEachStep(() -> afterStep(life, consensus));
        raft.start();
        publisher.start();
        if (flaw != Flaw.NEVER_SWEEPS) {
            life.every(SWEEP_MILLIS, "sweep", consensus::sweep);
        }
    }

    /** The batcher's thread, which looks whenever something may have woken it. */
    private void afterStep(Life life, SimulatedConsensus consensus) {
        long pause = consensus.batcherTurn();
        if (pause >= 0) {
            life.later(pause / 1_000 + timeline.between(1, 300), "batcher", consensus::batcherSends);
        }
    }

    /** Checks what holds at any time of a running member. */
    void lookAtBounds() {
        Running now = running;
        if (now == null) {
            return;
        }
        int batches = now.consensus.batchesUnderWay();
        long bytes = now.consensus.waitingBytes();
        timeline.check(batches <= SimulatedConsensus.WINDOW_BATCHES, "%s has %d batches under way", now.life, batches);
        timeline.check(
                bytes >= 0 && bytes <= SimulatedConsensus.queueBytes(), "%s has %d bytes waiting", now.life, bytes);
    }

    @Override
    public String toString() {
        return "m" + id;
    }

    /** What is made later than those who need it. */
    private static final class Parts {

        private final LeaseInbox inbox = new LeaseInbox();
        private @Nullable SimulatedConsensus consensus;
        private @Nullable CommittedMembers removal;

        SimulatedConsensus consensus() {
            SimulatedConsensus now = consensus;
            if (now == null) {
                throw new IllegalStateException("not put together yet");
            }
            return now;
        }

        CommittedMembers removal() {
            CommittedMembers now = removal;
            if (now == null) {
                throw new IllegalStateException("not put together yet");
            }
            return now;
        }
    }

    /** Where this member stands, for those that are made before its consensus. */
    private record Status(long memberId, RaftModel raft) implements RaftStatus {

        @Override
        public long leaderId() {
            return raft.leaderId();
        }

        @Override
        public long term() {
            return raft.term();
        }

        @Override
        public long committedIndex() {
            return raft.committedIndex();
        }

        @Override
        public long appliedIndex() {
            return raft.appliedIndex();
        }
    }

    private final class RaftEvents implements RaftModel.Events {

        private final Parts parts;

        RaftEvents(Parts parts) {
            this.parts = parts;
        }

        @Override
        public void apply(long term, long index, byte[] data, @Nullable Object context) {
            parts.consensus().apply(term, index, data, context);
        }

        @Override
        public void leaderReady() {
            parts.consensus().leaderReady();
        }

        @Override
        public void leadershipLost() {
            parts.consensus().leadershipLost();
        }

        @Override
        public void leaderChanged(long leader) {
            parts.consensus().leaderChanged(leader);
        }

        @Override
        public void configured(long index, Conf conf) {
            judge.configured(index, conf);
        }
    }

    /** The applied state, watched. */
    private final class State implements ReplicatedState {

        private final AppliedLog real;
        private final Applier applier;
        private final LeaseTable leases;
        private final MemberTable members;
        private final KvStore kv;

        State(AppliedLog real, Applier applier, LeaseTable leases, MemberTable members, KvStore kv) {
            this.real = real;
            this.applier = applier;
            this.leases = leases;
            this.members = members;
            this.kv = kv;
        }

        @Override
        public List<List<Outcome>> apply(LogPosition position, List<CommandBatch> batches) {
            List<CommandBatch> given = flaw == Flaw.FORGETS_BATCHES ? withoutOrigins(batches) : batches;
            List<List<Outcome>> outcomes = real.apply(position, given);
            if (timeline.isTraced()) {
                timeline.note("m" + id + " applies " + position.index() + ": " + given + " -> " + outcomes);
            }
            judge.applied(
                    id,
                    position,
                    new Judge.State(
                            position.term(),
                            applier.clockMillis(),
                            kv.revision(),
                            kv.compactRevision(),
                            leases.leases(),
                            members.now()));
            return outcomes;
        }

        private static List<CommandBatch> withoutOrigins(List<CommandBatch> batches) {
            return batches.stream()
                    .map(batch -> new CommandBatch(batch.clockMillis(), batch.commands()))
                    .toList();
        }

        @Override
        public LogPosition durable() {
            return real.durable();
        }

        @Override
        public void flush() {
            real.flush();
        }
    }

    /** The peer port's calling side. */
    private final class Calls implements PeerCalls, SimulatedConsensus.Link {

        private final Life life;
        private final RaftModel raft;
        private final Parts parts;

        Calls(Life life, RaftModel raft, Parts parts) {
            this.life = life;
            this.raft = raft;
            this.parts = parts;
        }

        @Override
        public CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request) {
            return call(memberId, method, request, SimulatedConsensus.REQUEST_MILLIS);
        }

        @Override
        public CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request, int millis) {
            if (memberId == id) {
                return parts.consensus().answer(method, id, request);
            }
            if (!raft.conf().holds(memberId)) {
                return CompletableFuture.failedFuture(
                        new PeerException(PeerException.Reason.UNKNOWN_MEMBER, "no member " + memberId));
            }
            return network.call(life, id, memberId, method, request, millis);
        }

        @Override
        public CompletableFuture<byte[]> callAddress(String address, PeerMethod method, byte[] request) {
            return network.call(life, id, idOf(address), method, request, SimulatedConsensus.REQUEST_MILLIS);
        }
    }

    /** The flaw of a log that doesn't let go of anybody. */
    private record Keeping(RaftModel raft) implements GroupControl {

        @Override
        public List<Peer> configuration() {
            return raft.configuration();
        }

        @Override
        public boolean isChanging() {
            return raft.isChanging();
        }

        @Override
        public CompletableFuture<Void> configure(List<Peer> members) {
            return members.size() < raft.configuration().size()
                    ? CompletableFuture.completedFuture(null)
                    : raft.configure(members);
        }

        @Override
        public CompletableFuture<Void> transferLeadership(long memberId) {
            return raft.transferLeadership(memberId);
        }

        @Override
        public OptionalLong matchIndex(long memberId) {
            return raft.matchIndex(memberId);
        }

        @Override
        public OptionalLong silentMillis(long memberId) {
            return raft.silentMillis(memberId);
        }
    }

    /** The flaw of renewals that are never logged. */
    private record Unlogged(Proposer proposer) implements Proposer {

        @Override
        public CompletableFuture<Outcome> propose(Command command) {
            return command instanceof Command.RenewLease
                    ? CompletableFuture.completedFuture(new Outcome.Done(1))
                    : proposer.propose(command);
        }
    }
}
