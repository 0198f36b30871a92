package dev.mainstay.node.server;

import dev.mainstay.node.api.EventMessages;
import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.consensus.AppliedWait;
import dev.mainstay.node.consensus.FatalListener;
import dev.mainstay.node.consensus.LeaderCalls;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.RaftSettings;
import dev.mainstay.node.consensus.RatisMember;
import dev.mainstay.node.leader.ClusterClock;
import dev.mainstay.node.leader.ClusterFounder;
import dev.mainstay.node.leader.LeadersLeases;
import dev.mainstay.node.leader.LeaseInbox;
import dev.mainstay.node.leader.LeaseKeeper;
import dev.mainstay.node.leader.LeaseRequests;
import dev.mainstay.node.leader.MemberPublisher;
import dev.mainstay.node.leader.MemberRequests;
import dev.mainstay.node.leader.MembershipKeeper;
import dev.mainstay.node.leader.MembershipLimits;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.leader.SilenceNotice;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.mvcc.Compactor;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.observability.MemberMeters;
import dev.mainstay.node.observability.MeteredStore;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.snapshot.ClientCheckpoints;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import dev.mainstay.node.tls.TlsSetup;
import dev.mainstay.node.watch.WatchHub;
import dev.mainstay.node.watch.WatchLimits;
import dev.mainstay.node.watch.WatcherBounds;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * The replicated part of a member: store, state, log, and who keeps the time of leases. Built whole, then
 * {@link #start}ed, so that the services can be built on its parts before the first entry is replayed.
 */
final class Core implements AutoCloseable {

    private static final RandomGenerator RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    private static final System.Logger LOG = System.getLogger(Core.class.getName());

    /** A watcher takes a quarter of that, so that all of them together leave most of the heap to others. */
    private static final long HEAP_BYTES_FOR_A_WATCHER = 2 << 10;

    private static final long LEADER_LIMIT_SECONDS = 60;
    private static final long LEADER_WAIT_SECONDS = 10;
    private static final long SILENCE_LOOK_MILLIS = 1_000;
    private static final long CHECKPOINT_SWEEP_MILLIS = 30_000;

    /** As etcd's {@code --wait-cluster-ready-timeout}. */
    private static final long PUBLISH_SECONDS = 5;

    /** How much sooner a leader answers than the member that asked it stops waiting. */
    private static final long ANSWER_MARGIN_MILLIS = 1_500;

    private final StopStack parts = new StopStack();
    private final RocksStore engine;
    private final Store store;
    private final KvStore keys;
    private final Compactor compactor;
    private final LeaseTable leases;
    private final Alarms alarms;
    private final MemberTable members;
    private final WatchHub watches;
    private final Applier applier;
    private final RaftSettings log;
    private final RatisMember raft;
    private final ClusterClock clock;
    private final LeaseKeeper leaseKeeper;
    private final Scheduler scheduler;
    private final ClusterFounder founder;
    private final MemberPublisher publisher;
    private final LeaderCalls leaderCalls;
    private final LeadersLeases leadersLeases;
    private final MembershipKeeper keeper;
    private final MemberRequests memberRequests;
    private final Snapshots snapshots;
    private final ClientCheckpoints checkpoints;
    private final Checks checks;

    Core(
            NodeSettings settings,
            DataDirectory directory,
            Optional<TlsSetup> tls,
            MemberMeters meters,
            FatalListener fatal,
            RestartListener restart)
            throws IOException {
        try {
            engine = parts.started(
                    "store",
                    RocksStore.open(
                            directory.store(),
                            Tables.all(),
                            RocksSettings.defaults(),
                            fault -> fatal.fatal("the store of " + directory.path() + " failed", fault)));
            store = new MeteredStore(engine, meters::written);
            keys = KvStore.open(store);
            compactor = keys.compactor();
            leases = LeaseTable.open(store);
            alarms = Alarms.open(store);
            members = MemberTable.open(store);
            watches = parts.started(
                    "watches",
                    WatchHub.start(
                            WatchLimits.DEFAULT
                                    .withMaxRequestBytes(settings.limits().maxRequestBytes())
                                    .withProgressInterval(settings.limits().watchProgressInterval())
                                    .withWatchers(watcherBounds(settings.clients())),
                            new KeyHistory(keys),
                            new EventMessages(),
                            meters.watch(),
                            System::nanoTime,
                            RANDOM));
            LeaseInbox inbox = new LeaseInbox();
            ScheduledExecutorService threads = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("duties").daemon().factory());
            scheduler = Scheduler.on(threads);
            NodeIdentity identity = directory.identity();
            RemovalNotice removal = new RemovalNotice(
                    identity.memberId(),
                    this::leads,
                    this::isConfigured,
                    scheduler,
                    System::nanoTime,
                    () -> fatal.fatal(
                            "the cluster removed this member", new RemovedMemberException(identity.memberId())));
            applier = new Applier(store, keys, leases, alarms, members, watches, inbox, removal);
            log = LogSettings.of(settings, directory, members.now(), tls);
            MemberState state = new MemberState(applier, keys, store, meters);
            raft = parts.started("log", new RatisMember(log, state, meters.consensus(), removal.unlessRemoved(fatal)));
            parts.started("duties", threads);
            CheckpointSource checkpointSource =
                    new CheckpointSource(state, engine, () -> alarms.isCorrupt(identity.memberId()));
            checkpoints = parts.started(
                    "client checkpoints",
                    new ClientCheckpoints(directory.checkpoints(), checkpointSource, System::nanoTime, RANDOM));
            parts.started("client checkpoints swept", scheduler.every(CHECKPOINT_SWEEP_MILLIS, checkpoints::sweep));
            snapshots = parts.started(
                    "snapshots",
                    new Snapshots(
                            directory,
                            checkpointSource,
                            raft.peers(),
                            raft.peerMethods(),
                            meters.snapshots(),
                            scheduler,
                            restart));
            raft.snapshotsFrom(snapshots.requests());
            clock = new ClusterClock(System::nanoTime, applier::clockMillis);
            leaseKeeper = parts.started(
                    "leases", new LeaseKeeper(leases, inbox, raft, clock, applier::clockMillis, scheduler));
            founder = parts.started(
                    "founder", new ClusterFounder(members, Founders.of(identity, settings.cluster()), raft, scheduler));
            keeper = parts.started(
                    "membership",
                    new MembershipKeeper(
                            members,
                            raft,
                            raft,
                            new IdentityProbe(raft.peers(), identity.clusterId(), identity.generation()),
                            membershipLimits(settings),
                            System::nanoTime,
                            scheduler,
                            Thread::startVirtualThread,
                            meters.promotions()));
            parts.started(
                    "peer rounds",
                    new PeerRounds(
                            identity.memberId(),
                            members::now,
                            raft.peers(),
                            meters.peers(),
                            System::nanoTime,
                            answer -> lookForSuccessor(identity, answer, fatal),
                            scheduler));
            SilenceNotice silence = new SilenceNotice(
                    identity.memberId(), InstantSource.system(), (level, text) -> LOG.log(level, text));
            parts.started("silence notice", scheduler.every(SILENCE_LOOK_MILLIS, () -> tellSilence(silence)));
            parts.started("learner check", new LearnerCheck(raft, restart, scheduler));
            AppliedWait applied = new AppliedWait(raft, System::nanoTime);
            memberRequests = new MemberRequests(
                    keeper,
                    applied,
                    raft,
                    raft.peers(),
                    scheduler,
                    System::nanoTime,
                    settings.raft().requestTimeout().toMillis());
            raft.peerMethods().register(PeerMethod.CHANGE_MEMBERS, memberRequests);
            publisher = parts.started(
                    "publisher",
                    new MemberPublisher(
                            members,
                            identity.memberId(),
                            settings.identity().name(),
                            settings.listen().advertiseClientUrls().stream()
                                    .map(MemberUrl::text)
                                    .toList(),
                            raft,
                            scheduler));
            leadersLeases = new LeadersLeases(leaseKeeper, applied, this::leads);
            ClusterLeases.answer(raft.peerMethods(), leadersLeases);
            raft.peerMethods()
                    .register(
                            PeerMethod.IDENTIFY,
                            (_, _) -> CompletableFuture.completedFuture(new PeerIdentity(
                                            identity.clusterId(),
                                            identity.memberId(),
                                            identity.generation(),
                                            members.now())
                                    .toBytes()));
            checks = parts.started(
                    "comparisons",
                    new Checks(
                            settings.checks(),
                            raft,
                            applier.stateHashes(),
                            keys,
                            members,
                            alarms,
                            meters.consistency()));
            leaderCalls = new LeaderCalls(
                    raft,
                    raft.peers(),
                    System::nanoTime,
                    settings.raft().requestTimeout().toMillis());
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** What this member sees of others' silence while it leads. */
    private void tellSilence(SilenceNotice notice) {
        if (raft.isLeader()) {
            notice.look(members.now(), raft.control());
        } else {
            notice.forget();
        }
    }

    private static void lookForSuccessor(NodeIdentity self, byte[] answer, FatalListener fatal) {
        PeerIdentity other = PeerIdentity.fromBytes(answer);
        if (Successors.isLater(self, other)) {
            fatal.fatal(
                    "the cluster began anew without this member", new RemovedMemberException(self.memberId(), other));
        }
    }

    private boolean leads() {
        return raft.isLeader();
    }

    private boolean isConfigured() {
        return raft.control().configuration().stream().anyMatch(peer -> peer.memberId() == raft.memberId());
    }

    private static WatcherBounds watcherBounds(NodeSettings.Clients clients) {
        int room = Math.clamp(Runtime.getRuntime().maxMemory() / HEAP_BYTES_FOR_A_WATCHER, 1, Integer.MAX_VALUE);
        return new WatcherBounds(clients.maxWatchers().orElse(room), clients.maxWatchersOfConnection());
    }

    private static MembershipLimits membershipLimits(NodeSettings settings) {
        long requestMillis = settings.raft().requestTimeout().toMillis();
        return new MembershipLimits(
                settings.cluster().strictReconfigCheck(),
                settings.cluster().maxLearners(),
                2L * settings.raft().electionMillis(),
                requestMillis - Math.min(requestMillis / 2, ANSWER_MARGIN_MILLIS));
    }

    /**
     * Replays the log, takes part in the group, and returns when this member can serve: a lone one leads at once, others
     * wait a while for a leader and then serve what can be served without one.
     *
     * @param forced whether it is to be a lone one from here on
     * @throws IOException if the log can't be opened, or a lone member doesn't lead for long
     */
    void start(ForcedStart forced) throws IOException {
        Members before = members.now();
        if (forced.isWanted()) {
            forced.prepare(log, applier.durable());
        }
        CountDownLatch led = new CountDownLatch(1);
        raft.start(
                clock::millis,
                new LeaderDuties(clock, leaseKeeper, founder, keeper, checks.keeper(), raft::control, led));
        try {
            if (log.alone() && !led.await(LEADER_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(
                        "no leader after " + LEADER_LIMIT_SECONDS + " s; is the disk of the log very slow?");
            }
            awaitLeader();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before there was a leader");
        }
        if (forced.isWanted()) {
            forced.done(before, members.now());
        }
        publish();
    }

    private void awaitLeader() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LEADER_WAIT_SECONDS);
        while (!raft.hasLeader()) {
            if (System.nanoTime() - deadline > 0) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "no leader yet: a majority of the members must run and reach each other at their peer URLs."
                                + " Serving what can be served without one.");
                return;
            }
            Thread.sleep(10);
        }
    }

    /** Gives the cluster a moment to record what this start says of the member, so that clients see it from the first. */
    private void publish() throws IOException {
        publisher.start();
        try {
            publisher.published().get(PUBLISH_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | CancellationException | ExecutionException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the cluster has not yet recorded the name and client URLs of this member; it goes on trying");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before the cluster knew this member's client URLs");
        }
    }

    /** The engine under {@link #store}, for what only it can tell. */
    RocksStore engine() {
        return engine;
    }

    /** Cluster elapsed time as far as this member knows it. */
    long clockMillis() {
        return clock.millis();
    }

    /** The same while this member leads. */
    OptionalLong leadersClockMillis() {
        return clock.leadersMillis();
    }

    Store store() {
        return store;
    }

    KvStore keys() {
        return keys;
    }

    Compactor compactor() {
        return compactor;
    }

    LeaseTable leases() {
        return leases;
    }

    Alarms alarms() {
        return alarms;
    }

    MemberTable members() {
        return members;
    }

    /** The way for clients' changes of members. */
    ClusterChanges memberChanges() {
        return new ClusterChanges(memberRequests, keeper);
    }

    Applier applier() {
        return applier;
    }

    WatchHub watches() {
        return watches;
    }

    /** What clients ask of leases, as commands. */
    LeaseRequests leaseRequests(long electionMillis) {
        return new LeaseRequests(electionMillis, id -> leases.get(id) != null, RANDOM);
    }

    RatisMember raft() {
        return raft;
    }

    /** The way to whoever leads. */
    LeaderCalls leaderCalls() {
        return leaderCalls;
    }

    /** The time of leases while this member leads. */
    LeadersLeases leadersLeases() {
        return leadersLeases;
    }

    Snapshots snapshots() {
        return snapshots;
    }

    /** The checkpoints that clients back up. */
    ClientCheckpoints checkpoints() {
        return checkpoints;
    }

    /** What compares this member with the others. */
    Checks checks() {
        return checks;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public void close() {
        parts.close();
    }
}
