package dev.mainstay.node.server;

import dev.mainstay.node.api.Administrators;
import dev.mainstay.node.api.ApiPorts;
import dev.mainstay.node.api.ApiSettings;
import dev.mainstay.node.api.BackupService;
import dev.mainstay.node.api.Deliveries;
import dev.mainstay.node.api.EtcdApi;
import dev.mainstay.node.api.Oversight;
import dev.mainstay.node.api.SnapshotStreams;
import dev.mainstay.node.api.audit.Audit;
import dev.mainstay.node.api.audit.AuditLog;
import dev.mainstay.node.api.audit.AuditPolicy;
import dev.mainstay.node.api.audit.AuditPolicyFile;
import dev.mainstay.node.api.auth.Authentication;
import dev.mainstay.node.api.auth.FailedLogins;
import dev.mainstay.node.api.auth.JwtTokens;
import dev.mainstay.node.api.auth.LoginTurns;
import dev.mainstay.node.api.auth.Passwords;
import dev.mainstay.node.api.auth.SimpleTokens;
import dev.mainstay.node.api.auth.Tokens;
import dev.mainstay.node.api.gateway.Gateway;
import dev.mainstay.node.api.gateway.GatewayLimits;
import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.api.transport.TransportLimits;
import dev.mainstay.node.archive.ArchiveKeeper;
import dev.mainstay.node.consensus.FatalListener;
import dev.mainstay.node.consensus.ForcedLog;
import dev.mainstay.node.consensus.InstalledLog;
import dev.mainstay.node.consensus.RaftSettings;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.consensus.RatisLogs;
import dev.mainstay.node.consensus.RatisMember;
import dev.mainstay.node.leader.AutoCompaction;
import dev.mainstay.node.leader.CompactionKeeper;
import dev.mainstay.node.leader.CompactionPace;
import dev.mainstay.node.leader.CompactionRule;
import dev.mainstay.node.leader.DiskFullMark;
import dev.mainstay.node.leader.SpaceKeeper;
import dev.mainstay.node.leader.SpaceLimits;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.observability.BoundMeters;
import dev.mainstay.node.observability.CallMeters;
import dev.mainstay.node.observability.CompactionMeters;
import dev.mainstay.node.observability.ExactRegistry;
import dev.mainstay.node.observability.MemberGauges;
import dev.mainstay.node.observability.MemberMeters;
import dev.mainstay.node.observability.ProcessMeters;
import dev.mainstay.node.observability.TextExposition;
import dev.mainstay.node.observability.TlsGauges;
import dev.mainstay.node.observability.tracing.TraceSettings;
import dev.mainstay.node.observability.tracing.Tracing;
import dev.mainstay.node.server.http.ClientGuard;
import dev.mainstay.node.server.http.ClientListeners;
import dev.mainstay.node.server.http.ClientSecurity;
import dev.mainstay.node.server.http.Farewell;
import dev.mainstay.node.server.http.GatewayDoor;
import dev.mainstay.node.server.http.HttpEndpoints;
import dev.mainstay.node.server.http.LogEndpoint;
import dev.mainstay.node.server.http.LogLevels;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.snapshot.ClientCheckpoints;
import dev.mainstay.node.tls.TlsSetup;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A whole member, from its data directory to its listeners. Several may live in one process, each on a directory and ports
 * of its own. Started in order, stopped in reverse; any thread may close it, and more than once.
 */
public final class Member implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Member.class.getName());

    private static final long MIB = 1L << 20;

    /** How much larger a gRPC message may be than the request in it. */
    private static final int MESSAGE_OVERHEAD_BYTES = 512 << 10;

    /** How long calls under way may take when the member stops. */
    private static final Duration CALLS_AT_STOP = Duration.ofSeconds(1);

    private static final int RANGE_THREADS = 2;
    private static final long RANGE_BYTES_IN_FLIGHT = 64 * MIB;

    /** An answer grows by doubling and is whole in memory when it leaves; a third of the heap fits so. */
    private static final int RANGE_ANSWER_PART_OF_HEAP = 3;

    /** An answer is in memory several times while it is written as JSON; a quarter of the heap holds that. */
    private static final int GATEWAY_ANSWERS_PART_OF_HEAP = 24;

    private static final int MAX_GATEWAY_CALLS = 10_000;

    /** A call takes a few KiB while it lasts. */
    private static final long HEAP_BYTES_FOR_A_CALL = 8 << 10;

    private static final int UNFINISHED_REQUESTS_PART_OF_HEAP = 8;

    private final StopStack parts = new StopStack();
    private final NodeIdentity identity;
    private final RaftStatus raftStatus;
    private final ClientListeners listeners;

    private Member(
            NodeSettings settings,
            Vertx vertx,
            ExactRegistry registry,
            FatalListener fatal,
            RestartListener restart,
            Optional<LogLevels> logLevels)
            throws DataDirectoryException, IOException {
        try {
            Optional<TlsSetup> tls = Certificates.forPeers(settings);
            tls.ifPresent(setup -> parts.started("peer certificates", setup.certificates()));
            Optional<TlsSetup> clientTls = Certificates.forClients(settings);
            clientTls.ifPresent(setup -> parts.started("client certificates", setup.certificates()));
            DataDirectory directory = open(settings, tls);
            identity = directory.identity();
            parts.started("gauges", new BoundMeters(registry));
            Optional<Tracing> tracing = tracing(settings, registry);
            Optional<Audit> audit = audit(settings, registry);
            new DiskReserve(directory.path()).settle();
            RaftSettings found = LogSettings.of(settings, directory, Members.NONE, tls);
            ForcedLog.adopt(found);
            new IncomingStore(directory.store(), position -> InstalledLog.settle(found, position)).settle();
            ForcedStart forced = new ForcedStart(directory);
            forced.note(settings.cluster().forceNew());
            MemberMeters meters = new MemberMeters(
                    registry, identity.memberId(), settings.limits().warnApply());
            Core core = parts.started("core", new Core(settings, directory, tls, meters, fatal, restart));
            refuseRemoved(directory, core);
            new Successors(directory.identity(), core.members().now(), settings.cluster(), tls)
                    .refuse(directory.path());
            SpaceKeeper space = parts.started("space", spaceKeeper(settings, directory, core));
            CompactionKeeper compaction = parts.started(
                    "compaction",
                    new CompactionKeeper(
                            core.compactor(),
                            CompactionPace.DEFAULT,
                            core.scheduler(),
                            new CompactionMeters(registry, core.compactor())));
            RatisMember raft = core.raft();
            raftStatus = raft;
            tracing.ifPresent(hearer -> raft.traceTo(hearer.batches()));
            compactionRule(settings.compaction())
                    .ifPresent(rule -> parts.started(
                            "automatic compaction",
                            new AutoCompaction(
                                    rule, core.keys()::revision, raft, raft, System::nanoTime, core.scheduler())));
            ClusterView cluster = new ClusterView(core.members(), Founders.shown(identity, settings));
            ApiPorts ports = apiPorts(
                    settings, core, cluster, space, compaction, authentication(settings, core, registry), meters);
            EtcdApi api =
                    parts.started("services", new EtcdApi(ports, apiSettings(settings), oversight(tracing, audit)));
            bindGauges(registry, settings, core, ports, api, cluster);
            DiskGauges.bind(new MemberGauges(registry), directory.path());
            Optional<ClientSecurity> security = clientTls.map(ClientSecurity::new);
            TlsGauges tlsGauges = tlsGauges(registry, tls, clientTls, security);
            Optional<ArchiveKeeper> archive = settings.archive().isPresent()
                    ? Optional.of(parts.started(
                            "archive",
                            LogArchive.of(settings.archive().get(), directory.log(), core, new MemberGauges(registry))))
                    : Optional.empty();
            core.start(forced);
            archive.ifPresent(ArchiveKeeper::start);
            space.begin();
            new StartCheck(identity.memberId(), core.checks().comparison(), raft, meters.consistency())
                    .run(directory.path(), settings.checks().initial());
            parts.started(
                    "withdrawal", new Withdrawal(identity.memberId(), core.alarms(), api, raft, core.scheduler()));
            CallMeters calls = new CallMeters(
                    registry,
                    settings.logging().extensiveMetrics(),
                    settings.limits().warnUnary());
            int maxMessageBytes = settings.limits().maxRequestBytes() + MESSAGE_OVERHEAD_BYTES;
            GrpcTransport grpc = new GrpcTransport(
                    api.services(), List.of(), transportLimits(settings.clients(), maxMessageBytes), calls);
            ClientGuard guard = new ClientGuard(settings.clients());
            new FrontGauges(new MemberGauges(registry)).bind(guard, grpc);
            Gateway gateway = new Gateway(
                    api.services(),
                    new GatewayLimits(
                            maxMessageBytes,
                            Runtime.getRuntime().maxMemory() / GATEWAY_ANSWERS_PART_OF_HEAP,
                            MAX_GATEWAY_CALLS,
                            settings.clients().bodyTimeout()),
                    calls,
                    grpc.intake(),
                    guard::late);
            bindGateway(new MemberGauges(registry), gateway);
            TextExposition exposition = new TextExposition(registry);
            HttpEndpoints http = new HttpEndpoints(
                    new MemberHealth(
                            identity.memberId(),
                            core.alarms(),
                            raft,
                            raft,
                            core.keys(),
                            () -> cluster.isLearner(identity.memberId())),
                    new HealthCounters(registry),
                    () -> {
                        tlsGauges.refresh();
                        return exposition.scrape();
                    },
                    TextExposition.CONTENT_TYPE,
                    Versions.ETCD,
                    Versions.CLUSTER,
                    settings.listen().gateway()
                            ? Optional.of(new GatewayDoor(gateway, () -> namesAreUsers(ports.authentication())))
                            : Optional.empty(),
                    logLevels.map(levels -> new LogEndpoint(levels, new Administrators(ports.authentication()))));
            listeners = parts.started(
                    "listeners", ClientListeners.open(vertx, settings.listen(), guard, security, grpc, http));
            parts.started("calls", new Farewell(listeners, grpc, otherCalls(gateway, api), CALLS_AT_STOP));
            // First of all at the end, while everything still works.
            parts.started("leadership", raft::handOver);
        } catch (DataDirectoryException | IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /**
     * Starts a member and returns when it accepts clients.
     *
     * @param fatal told when the member can't go on; it should then be closed
     * @throws IOException if the log or an address can't be opened
     */
    public static Member start(NodeSettings settings, Vertx vertx, ExactRegistry registry, FatalListener fatal)
            throws DataDirectoryException, IOException {
        return start(
                settings,
                vertx,
                registry,
                fatal,
                reason -> fatal.fatal("it must start again: " + reason, new IllegalStateException(reason)));
    }

    /**
     * The same for one that can be started again within its process.
     *
     * @param restart told when that is needed, after which the member should be closed and started again
     */
    static Member start(
            NodeSettings settings, Vertx vertx, ExactRegistry registry, FatalListener fatal, RestartListener restart)
            throws DataDirectoryException, IOException {
        RatisLogs.quieten();
        return new Member(settings, vertx, registry, fatal, restart, Optional.of(new LogLevel()));
    }

    /** The same in a process that is somebody else's: how much is logged is not for this member or its clients to say. */
    static Member startGuest(
            NodeSettings settings, Vertx vertx, ExactRegistry registry, FatalListener fatal, RestartListener restart)
            throws DataDirectoryException, IOException {
        return new Member(settings, vertx, registry, fatal, restart, Optional.empty());
    }

    private DataDirectory open(NodeSettings settings, Optional<TlsSetup> tls) throws DataDirectoryException {
        NodeIdentity wanted = wanted(settings.cluster(), settings.identity().name());
        DataDirectory directory = parts.started(
                "data directory",
                DataDirectory.open(
                        settings.identity().dataDir(),
                        settings.identity().logDir(),
                        new Newcomer(settings.cluster(), wanted, tls)));
        directory.differencesFrom(wanted).forEach(difference -> LOG.log(System.Logger.Level.WARNING, difference));
        return directory;
    }

    /** An id that was removed never comes back; whoever starts it again should hear that at once. */
    private static void refuseRemoved(DataDirectory directory, Core core) throws DataDirectoryException {
        long memberId = directory.identity().memberId();
        if (core.members().now().isRemoved(memberId)) {
            throw new DataDirectoryException(
                    DataDirectoryException.Problem.REMOVED,
                    directory.path(),
                    "holds member " + MemberId.hex(memberId) + ", which was removed from its cluster and can't come"
                            + " back. To join again, add a new member (etcdctl member add), set --data-dir to an empty"
                            + " directory, and --initial-cluster-state to existing.");
        }
    }

    /** Who the flags say a member is. */
    static NodeIdentity wanted(NodeSettings.Cluster cluster, String name) {
        List<String> urls = cluster.peerUrls().stream().map(MemberUrl::text).toList();
        long self = MemberId.ofBootstrapMember(urls, cluster.token());
        List<Long> all = cluster.members().stream()
                .map(member -> MemberId.ofBootstrapMember(member.peerUrls(), cluster.token()))
                .toList();
        return new NodeIdentity(self, MemberId.ofCluster(all), name, urls, cluster.token());
    }

    private static SpaceKeeper spaceKeeper(NodeSettings settings, DataDirectory directory, Core core)
            throws IOException {
        DiskSpace space = new DiskSpace(directory.path(), directory.log(), core.store());
        return new SpaceKeeper(
                space,
                SpaceLimits.onDisk(settings.limits().quotaBytes(), space.totalBytes()),
                core.alarms(),
                directory.identity().memberId(),
                core.raft(),
                new DiskFullMark(directory.path().resolve("disk-full")),
                core.scheduler());
    }

    private ApiPorts apiPorts(
            NodeSettings settings,
            Core core,
            ClusterView cluster,
            SpaceKeeper space,
            CompactionKeeper compaction,
            Authentication authentication,
            MemberMeters meters) {
        return new ApiPorts(
                core.raft(),
                core.raft(),
                core.raft(),
                core.keys(),
                core.watches(),
                core.leases(),
                core.leaseRequests(settings.raft().electionMillis()),
                new ClusterLeases(core.leadersLeases(), core.raft(), core.leaderCalls(), core.leases(), meters),
                core.alarms(),
                new RoomCheck(space),
                parts.started(
                        "upkeep",
                        new StoreCare(
                                core.store(),
                                core.alarms(),
                                settings.limits().quotaBytes(),
                                compaction,
                                meters::defragmented)),
                new EtcdExports(
                        core.store(), core::clockMillis, settings.identity().dataDir(), meters::exported),
                Optional.of(core.checkpoints()),
                cluster::members,
                core.memberChanges(),
                authentication,
                core.applier().migration());
    }

    private Optional<Tracing> tracing(NodeSettings settings, ExactRegistry registry) {
        Optional<Tracing> tracing = settings.tracing()
                .map(wanted -> new Tracing(
                        new TraceSettings(
                                wanted.address(),
                                wanted.serviceName(),
                                wanted.instanceId(),
                                wanted.samplesPerMillion()),
                        identity.memberId(),
                        Versions.read().mainstay()));
        tracing.ifPresent(started -> parts.started("tracing", started).bind(new MemberGauges(registry)));
        return tracing;
    }

    private Optional<Audit> audit(NodeSettings settings, ExactRegistry registry) throws IOException {
        if (settings.audit().isEmpty()) {
            return Optional.empty();
        }
        NodeSettings.Audit wanted = settings.audit().get();
        AuditPolicy policy = wanted.policy().isPresent()
                ? AuditPolicyFile.read(wanted.policy().get())
                : AuditPolicy.USUAL;
        AuditLog log;
        try {
            log = parts.started("audit log", new AuditLog(wanted.path(), wanted.maxBytes(), wanted.kept()));
        } catch (IOException e) {
            throw new IOException("--audit-log-path " + wanted.path() + " can't be opened for writing: " + e, e);
        }
        Audit audit = new Audit(policy, log, InstantSource.system());
        MemberGauges gauges = new MemberGauges(registry);
        gauges.counter("mainstay_audit_records_total", "Audit records written.", log, AuditLog::written);
        gauges.counter(
                "mainstay_audit_records_lost_total",
                "Audit records that couldn't be written or found no room.",
                log,
                AuditLog::lost);
        gauges.counter(
                "mainstay_audit_refusals_total",
                "Calls refused since they couldn't be recorded.",
                audit,
                Audit::refusals);
        gauges.gauge("mainstay_audit_waiting_bytes", "Bytes of audit records that wait.", log::waitingBytes);
        return Optional.of(audit);
    }

    private static Oversight oversight(Optional<Tracing> tracing, Optional<Audit> audit) {
        return new Oversight(
                tracing.map(Tracing::calls), tracing.map(Tracing::deliveries).orElse(Deliveries.NONE), audit);
    }

    private static Optional<CompactionRule> compactionRule(NodeSettings.Compaction compaction) {
        return switch (compaction) {
            case NodeSettings.Compaction.Off() -> Optional.empty();
            case NodeSettings.Compaction.Periodic(Duration retention) -> Optional.of(CompactionRule.younger(retention));
            case NodeSettings.Compaction.ByRevision(long retained) -> Optional.of(CompactionRule.newest(retained));
        };
    }

    private Authentication authentication(NodeSettings settings, Core core, ExactRegistry registry) throws IOException {
        Passwords passwords =
                parts.started("passwords", new Passwords(settings.auth().bcryptCost()));
        FailedLogins failed = new FailedLogins(System::nanoTime);
        MemberGauges gauges = new MemberGauges(registry);
        gauges.gauge(
                "etcd_debugging_auth_revision",
                "The current revision of auth store.",
                () -> core.applier().auth().now().revision());
        gauges.gauge("mainstay_passwords_waiting", "Passwords that wait to be checked or hashed.", passwords::waiting);
        gauges.gauge("mainstay_wrong_passwords", "Wrong passwords shown since the start.", failed::total);
        return new Authentication(
                core.applier().auth()::now,
                tokens(settings.auth(), core, gauges),
                passwords,
                failed,
                settings.clientCertAuth());
    }

    private static Tokens tokens(NodeSettings.Auth settings, Core core, MemberGauges gauges) throws IOException {
        if (settings.jwt().isPresent()) {
            return new JwtTokens(JwtKeys.read(settings.jwt().get()), InstantSource.system());
        }
        SimpleTokens tokens = new SimpleTokens(
                core.raft()::propose, () -> core.applier().applied().index(), System::nanoTime, settings.tokenTtl());
        core.applier().tokensTo(tokens);
        gauges.gauge("mainstay_tokens", "Simple tokens that are valid.", tokens::size);
        return tokens;
    }

    private static TlsGauges tlsGauges(
            ExactRegistry registry,
            Optional<TlsSetup> peers,
            Optional<TlsSetup> clients,
            Optional<ClientSecurity> security) {
        TlsGauges gauges = new TlsGauges(registry);
        peers.ifPresent(setup -> gauges.bind("peer", setup.certificates()));
        clients.ifPresent(setup -> gauges.bind("client", setup.certificates()));
        security.ifPresent(present -> {
            MemberGauges others = new MemberGauges(registry);
            others.gauge("mainstay_client_tls_handshakes", "TLS handshakes of clients under way.", present::handshakes);
            others.counter(
                    "mainstay_client_tls_handshakes_dropped_total",
                    "Unfinished TLS handshakes of clients that were dropped since there were too many.",
                    present,
                    ClientSecurity::dropped);
        });
        return gauges;
    }

    private static boolean namesAreUsers(Authentication authentication) {
        return authentication.byCertificate() && authentication.state().get().enabled();
    }

    private static TransportLimits transportLimits(NodeSettings.Clients clients, int maxMessageBytes) {
        long heap = Runtime.getRuntime().maxMemory();
        return new TransportLimits(
                maxMessageBytes,
                clients.maxOpenCalls().isPresent() ? clients.maxOpenCalls().getAsInt() : heap / HEAP_BYTES_FOR_A_CALL,
                heap / UNFINISHED_REQUESTS_PART_OF_HEAP,
                clients.bodyTimeout());
    }

    private static Farewell.OtherCalls otherCalls(Gateway gateway, EtcdApi api) {
        return new Farewell.OtherCalls() {
            @Override
            public void stop() {
                gateway.stop();
                api.recipes().stop();
            }

            @Override
            public int open() {
                return gateway.openCalls();
            }
        };
    }

    private static void bindGateway(MemberGauges gauges, Gateway gateway) {
        gauges.gauge("mainstay_gateway_calls", "Calls over the JSON gateway, streams included.", gateway::openCalls);
        gauges.gauge(
                "mainstay_gateway_answer_bytes",
                "Bytes of answers that are being written as JSON.",
                gateway::answerBytes);
    }

    private static void bindBackups(MemberGauges gauges, BackupService backups, ClientCheckpoints checkpoints) {
        gauges.gauge(
                "mainstay_backup_checkpoints_open",
                "Checkpoints of the store that clients back up.",
                checkpoints::openCheckpoints);
        gauges.gauge("mainstay_backup_calls", "Calls for backups under way.", backups::calls);
        gauges.counter(
                "mainstay_backup_checkpoints_total",
                "Checkpoints that were opened for backups.",
                checkpoints,
                ClientCheckpoints::opened);
        gauges.counter(
                "mainstay_backup_checkpoints_expired_total",
                "Checkpoints for backups that were let go because nobody used them.",
                checkpoints,
                ClientCheckpoints::expired);
        gauges.counter(
                "mainstay_backup_sent_bytes_total",
                "Bytes of the store's files that were sent for backups.",
                backups,
                BackupService::sentBytes);
    }

    private static void bindSnapshots(MemberGauges gauges, SnapshotStreams snapshots) {
        gauges.gauge("mainstay_client_snapshots_open", "Snapshots being sent to clients.", snapshots::open);
        gauges.counter(
                "mainstay_client_snapshots_total",
                "Snapshots that clients were sent whole.",
                snapshots,
                SnapshotStreams::whole);
        gauges.counter(
                "mainstay_client_snapshots_failed_total",
                "Snapshots for clients that ended before they were whole.",
                snapshots,
                SnapshotStreams::failed);
        gauges.counter(
                "mainstay_client_snapshot_bytes_total",
                "Bytes of snapshots that clients were sent.",
                snapshots,
                SnapshotStreams::bytes);
    }

    private void bindGauges(
            ExactRegistry registry,
            NodeSettings settings,
            Core core,
            ApiPorts ports,
            EtcdApi api,
            ClusterView cluster) {
        MemberGauges gauges = new MemberGauges(registry);
        gauges.bind(core.raft(), () -> cluster.isLearner(identity.memberId()));
        gauges.bind(core.keys(), ports.storageCare());
        gauges.bind(core.leases(), core.alarms(), identity.memberId());
        gauges.gauge(
                "mainstay_migration_phase",
                "Whether another cluster is taken over. 0: never, 1: being loaded, 2: followed, 3: finished, 4: given up.",
                () -> core.applier().migration().now().phase().number());
        gauges.gauge(
                "mainstay_migration_parts",
                "Parts of the snapshot of the other cluster that are loaded.",
                () -> core.applier().migration().now().parts());
        gauges.bindVersions(Versions.ETCD, Versions.CLUSTER, Versions.read().mainstay());
        gauges.gauge(
                "mainstay_log_last_term",
                "Term of the last entry of this member's log, committed or not.",
                () -> core.raft().lastEntry().term());
        gauges.gauge(
                "mainstay_log_last_index",
                "Index of the last entry of this member's log, committed or not.",
                () -> core.raft().lastEntry().index());
        gauges.gauge(
                "etcd_server_proposals_pending",
                "The current number of pending proposals to commit.",
                core.raft()::pendingProposals);
        gauges.gauge(
                "etcd_mvcc_db_open_read_transactions",
                "The number of currently open read transactions.",
                core.engine()::pinnedViews);
        gauges.bindFeatures(FeatureStages.ALL, settings.checks().enabledGates());
        gauges.gauge(
                "mainstay_proposals_waiting_bytes",
                "Bytes of requests that wait to be put into the log.",
                core.raft()::waitingProposalBytes);
        gauges.gauge(
                "mainstay_batches_waiting",
                "Batches of requests that wait for room in the log that this member leads.",
                core.raft()::batchesWaiting);
        gauges.gauge(
                "mainstay_peer_calls_running",
                "Calls of other members that are being answered on threads of their own, of which there are 64.",
                core.raft()::peerCallsRunning);
        gauges.gauge("mainstay_ranges_waiting", "Long reads that wait for a thread.", api::rangesWaiting);
        gauges.gauge("mainstay_ranges_running", "Long reads under way.", api::rangesRunning);
        gauges.gauge(
                "mainstay_range_bytes_in_flight",
                "Bytes of range answers being built or waiting for the network.",
                api::rangeBytesInFlight);
        gauges.gauge(
                "mainstay_contenders_waiting",
                "Locks and campaigns that wait for others to leave.",
                api.recipes()::contendersWaiting);
        gauges.gauge("mainstay_election_observers", "Clients that observe elections.", api.recipes()::observers);
        gauges.gauge(
                "mainstay_block_cache_bytes",
                "What the store's cache holds, write buffers included.",
                core.engine()::cachedBytes);
        gauges.gauge(
                "mainstay_newest_versions_bytes",
                "What the newest versions of keys that change often take in memory.",
                core.keys()::newestVersionsBytes);
        gauges.counter(
                "mainstay_newest_versions_hits_total",
                "Looks for the newest version of a key that memory answered.",
                core.keys(),
                KvStore::newestVersionsHits);
        gauges.counter(
                "mainstay_newest_versions_misses_total",
                "Looks for the newest version of a key that went on to the store.",
                core.keys(),
                KvStore::newestVersionsMisses);
        gauges.gauge(
                "mainstay_write_buffer_bytes",
                "What changes not yet flushed take in memory.",
                core.engine()::bufferedBytes);
        gauges.gauge(
                "etcd_server_snapshot_apply_in_progress_total",
                "1 if the server is applying the incoming snapshot. 0 if none.",
                () -> core.snapshots().fetching() ? 1 : 0);
        gauges.gauge(
                "mainstay_snapshots_open",
                "Snapshots open for other members.",
                () -> core.snapshots().open());
        gauges.gauge("mainstay_logins_waiting", "Attempts to log in that wait for their turn.", api.logins()::waiting);
        gauges.counter(
                "mainstay_logins_refused_total",
                "Attempts to log in refused since too many of the same address wait.",
                api.logins(),
                LoginTurns::refused);
        bindSnapshots(gauges, api.snapshots());
        api.backups().ifPresent(backups -> bindBackups(gauges, backups, core.checkpoints()));
        gauges.gauge("mainstay_log_size_bytes", "What the files of the log take.", core.raft()::logBytes);
        parts.started("process meters", new ProcessMeters()).bind(registry);
    }

    private ApiSettings apiSettings(NodeSettings settings) {
        return new ApiSettings(
                identity.clusterId(),
                identity.memberId(),
                Versions.ETCD,
                Versions.CLUSTER,
                settings.limits().maxRequestBytes(),
                settings.limits().maxTxnOps(),
                settings.raft().minLeaseSeconds(),
                Duration.ofMillis(settings.raft().electionMillis()),
                settings.limits().watchProgressInterval(),
                RANGE_THREADS,
                RANGE_BYTES_IN_FLIGHT,
                Runtime.getRuntime().maxMemory() / RANGE_ANSWER_PART_OF_HEAP);
    }

    /** Who this member is. */
    public NodeIdentity identity() {
        return identity;
    }

    /** Whether this member leads, as far as it knows. */
    public boolean leads() {
        return raftStatus.isLeader();
    }

    /** The port of the first client URL that has one, 0 if none has; the one it got, if the URL left that open. */
    public int clientPort() {
        return listeners.clientPort();
    }

    /** Where clients are served, as {@code host:port}. */
    public List<String> clientAddresses() {
        return listeners.clientAddresses();
    }

    @Override
    public void close() {
        parts.close();
    }
}
