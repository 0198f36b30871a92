package dev.mainstay.node.api;

import dev.mainstay.node.api.auth.LoginTurns;
import dev.mainstay.node.api.recipes.Recipes;
import dev.mainstay.node.apply.AlarmRules;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Every gRPC service of a member: etcd's own, that of migrations, health and reflection. RPCs that don't exist yet are unknown to the transport,
 * which says so. {@link #close} stops the threads; open calls are the transport's to end.
 */
public final class EtcdApi implements AutoCloseable {

    private final RangeReader ranges;
    private final ScheduledExecutorService scheduler;
    private final DataGate gate;
    private final Recipes recipes;
    private final SnapshotStreams snapshots;
    private final Optional<BackupService> backups;
    private final LoginTurns logins = new LoginTurns(System::nanoTime);
    private final HealthStatusManager health = new HealthStatusManager();
    private final List<ServerServiceDefinition> services;

    /** Builds the services; nothing is served until a transport mounts them. */
    public EtcdApi(ApiPorts ports, ApiSettings settings) {
        this(ports, settings, Oversight.NONE);
    }

    /** The same with somebody who looks on. */
    public EtcdApi(ApiPorts ports, ApiSettings settings, Oversight oversight) {
        ResponseHeaders headers = new ResponseHeaders(settings.clusterId(), settings.memberId(), ports.raft());
        ranges = new RangeReader(
                ports.store(),
                headers,
                settings.rangeThreads(),
                settings.rangeBytesInFlight(),
                settings.rangeAnswerBytes());
        snapshots = new SnapshotStreams(ports.exports(), settings.storageVersion());
        backups = ports.checkpoints().map(checkpoints -> new BackupService(checkpoints, settings));
        scheduler = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("api-clock").daemon().factory());
        LearnerGate learners = new LearnerGate(settings.memberId(), ports.members());
        CallerDemands demands = new CallerDemands(ports.raft(), scheduler, settings.electionTimeout());
        gate = new DataGate(() -> ports.alarms().isCorrupt(settings.memberId()));
        MigrationReadGate loading = new MigrationReadGate(ports.migration());
        Reads reads = new Reads(ports.readBarrier(), oversight.traced());
        Identification identification = new Identification(ports.authentication(), reads);
        CallRules rules = new CallRules(ports.authentication().state());
        List<ServerServiceDefinition> all = new ArrayList<>();
        List<ServerServiceDefinition> guarded =
                new ArrayList<>(etcdServices(ports, settings, reads, headers, oversight));
        backups.map(BackupService::definition).ifPresent(guarded::add);
        for (ServerServiceDefinition service : guarded) {
            all.add(ServerInterceptors.interceptForward(
                    service, learners, gate, loading, demands, identification, rules));
        }
        recipes = new Recipes(all);
        for (ServerServiceDefinition service : recipes.services()) {
            all.add(ServerInterceptors.interceptForward(service, learners, gate, loading, demands));
        }
        serving(true);
        all.add(ServerInterceptors.interceptForward(health.getHealthService(), learners));
        all.addAll(Reflection.of(all));
        List<ServerInterceptor> onlookers = new ArrayList<>();
        oversight.traces().ifPresent(onlookers::add);
        oversight.audit().ifPresent(audit -> onlookers.add(new Auditing(audit, identification)));
        services = all.stream()
                .map(service -> ServerInterceptors.interceptForward(service, onlookers))
                .toList();
    }

    /** The services, to be mounted on a transport. */
    public List<ServerServiceDefinition> services() {
        return services;
    }

    /**
     * Says in the health service whether this member serves its data, and ends the streams if it doesn't. Whether calls are
     * refused is for the alarms to say.
     */
    public void serving(boolean serves) {
        health.setStatus(
                HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
                serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
        if (!serves) {
            gate.endStreams();
        }
    }

    /** What the Lock and Election services have under way. */
    public Recipes recipes() {
        return recipes;
    }

    /** The snapshots that clients are being sent. */
    public SnapshotStreams snapshots() {
        return snapshots;
    }

    /** The service for backups, if the store has files. */
    public Optional<BackupService> backups() {
        return backups;
    }

    /** Bytes of range answers that are being built or wait for the network. */
    public long rangeBytesInFlight() {
        return ranges.bytesInFlight();
    }

    /** Attempts to log in. */
    public LoginTurns logins() {
        return logins;
    }

    /** Long reads that wait for a thread. */
    public int rangesWaiting() {
        return ranges.waiting();
    }

    /** Long reads under way. */
    public int rangesRunning() {
        return ranges.running();
    }

    @Override
    public void close() {
        health.enterTerminalState();
        scheduler.shutdownNow();
        snapshots.close();
        backups.ifPresent(BackupService::close);
        ranges.close();
    }

    private List<ServerServiceDefinition> etcdServices(
            ApiPorts ports, ApiSettings settings, Reads reads, ResponseHeaders headers, Oversight oversight) {
        KvChecks checks = new KvChecks(settings.maxTxnOps(), settings.maxRequestBytes());
        // What a lease's keys permit is looked at when the change is applied: here it might take long.
        Access access = new Access(ports.authentication().state(), reads, _ -> List.of());
        Proposals proposals = new Proposals(
                ports.proposer(), ports.admission(), reads, access, new AlarmRules(ports.alarms()), oversight.traced());
        return List.of(
                new KvService(checks, proposals, reads, access, ranges, new KvReplies(headers), ports.storageCare())
                        .definition(),
                new WatchService(ports.watchHub(), new WatchReplies(headers), access, oversight.deliveries())
                        .definition(),
                new LeaseService(
                                proposals,
                                ports.leaseRequests(),
                                ports.leases(),
                                ports.leaseClock(),
                                headers,
                                ranges,
                                access)
                        .definition(),
                new ClusterService(
                                ports.members(), ports.memberChanges(), reads, access, headers, InstantSource.system())
                        .definition(),
                new MaintenanceService(settings, ports, proposals, headers, ranges, access, reads, snapshots)
                        .definition(),
                new AuthService(
                                ports,
                                new Login(ports.authentication(), reads, scheduler, logins),
                                proposals,
                                reads,
                                access,
                                headers)
                        .definition(),
                new MigrationService(ports, proposals, reads, settings.clusterId()).definition());
    }
}
