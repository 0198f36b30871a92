package dev.mainstay.operator.server;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdRestore;
import dev.mainstay.api.v1alpha1.EtcdRole;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.operator.access.AccessMeans;
import dev.mainstay.operator.access.RolePass;
import dev.mainstay.operator.access.RoleReconciler;
import dev.mainstay.operator.access.UserPass;
import dev.mainstay.operator.access.UserReconciler;
import dev.mainstay.operator.backup.BackupPass;
import dev.mainstay.operator.backup.BackupReconciler;
import dev.mainstay.operator.backup.Means;
import dev.mainstay.operator.backup.RestorePass;
import dev.mainstay.operator.backup.RestoreReconciler;
import dev.mainstay.operator.backup.SchedulePass;
import dev.mainstay.operator.backup.ScheduleReconciler;
import dev.mainstay.operator.backup.StorePass;
import dev.mainstay.operator.backup.StoreReconciler;
import dev.mainstay.operator.backup.SurveyPass;
import dev.mainstay.operator.cluster.ClusterPass;
import dev.mainstay.operator.cluster.ClusterReconciler;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.member.GrpcAuth;
import dev.mainstay.operator.member.GrpcMembers;
import dev.mainstay.operator.migration.MigrationKeeper;
import dev.mainstay.operator.tracing.Tracing;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The process: takes the lead among its replicas, watches clusters, and serves metrics and health. */
@QuarkusMain
public final class Main implements QuarkusApplication {

    private static final Duration STOP = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final AtomicReference<@Nullable Operator> running = new AtomicReference<>();
    private final AtomicReference<@Nullable Tracing> traces = new AtomicReference<>();

    /** Called by the container. */
    public Main(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Starts the process. */
    public static void main(String[] arguments) {
        Quarkus.run(Main.class, arguments);
    }

    @Override
    public int run(String... arguments) {
        OperatorSettings settings = OperatorSettings.read(List.of(arguments), System.getenv());
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Tracing tracing = Tracing.of(settings.traces(), Clock.systemUTC(), meters);
        traces.set(tracing);
        KubernetesClient kubernetes = new KubernetesClientBuilder()
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("writes", new ApiWrites(meters)))
                .build();
        GrpcMembers members = new GrpcMembers();
        GrpcAuth auth = new GrpcAuth();
        String repository = settings.nodeImage();
        ClusterPass pass = new ClusterPass(
                kubernetes,
                new ClusterObserver(kubernetes, members, repository, Clock.systemUTC(), OwnVersion.read()),
                new Actuator(kubernetes, members, repository),
                new RootKeeper(kubernetes, auth),
                new MigrationKeeper(kubernetes, repository),
                meters,
                tracing);
        Leadership leadership =
                settings.leaderElectionNamespace().isEmpty() ? Leadership.alone() : Leadership.contested();
        Operator operator = new Operator(overrider -> {
            overrider
                    .withKubernetesClient(kubernetes)
                    .withReconciliationTerminationTimeout(STOP)
                    .withMetrics(new Reconciles(tracing, pass))
                    // Only its finalizer is ours to write.
                    .withUseSSAToPatchPrimaryResource(false);
            if (!settings.leaderElectionNamespace().isEmpty()) {
                overrider.withLeaderElectionConfiguration(leadership.election(settings.leaderElectionNamespace()));
            }
        });
        AccessMeans access = new AccessMeans(kubernetes, auth, Clock.systemUTC(), meters);
        Means means = new Means(kubernetes, Clock.systemUTC(), repository, settings.nodeVersion(), meters);
        new Kinds(kubernetes, operator, settings.namespaces())
                .with(EtcdCluster.class, new ClusterReconciler(pass))
                .with(EtcdBackupStore.class, new StoreReconciler(new StorePass(means), new SurveyPass(means)))
                .with(EtcdBackup.class, new BackupReconciler(new BackupPass(means)))
                .with(EtcdBackupSchedule.class, new ScheduleReconciler(new SchedulePass(means)))
                .with(EtcdRestore.class, new RestoreReconciler(new RestorePass(means)))
                .with(EtcdRole.class, new RoleReconciler(new RolePass(access)))
                .with(EtcdUser.class, new UserReconciler(new UserPass(access)))
                .register();
        running.set(operator);
        vertx.createHttpServer()
                .requestHandler(new ProbeHandler(meters, new ExplainHandler(pass.explanations(), leadership)))
                .listen(settings.port())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        operator.start();
        Quarkus.waitForExit();
        return 0;
    }

    /** Called by the container on its way down. */
    void stop(@Observes ShutdownEvent event) {
        Operator operator = running.getAndSet(null);
        if (operator != null) {
            operator.stop();
        }
        Tracing tracing = traces.getAndSet(null);
        if (tracing != null) {
            tracing.close();
        }
    }
}
