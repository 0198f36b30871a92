package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Maintenance;
import dev.mainstay.operator.cluster.certificates.TrustObjects;
import dev.mainstay.operator.cluster.desired.FrozenTemplate;
import dev.mainstay.operator.cluster.desired.GrownStorage;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.desired.OuterAddress;
import dev.mainstay.operator.cluster.desired.Rendering;
import dev.mainstay.operator.cluster.desired.UpkeepOf;
import dev.mainstay.operator.cluster.desired.WantedOf;
import dev.mainstay.operator.cluster.engine.ClusterView;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.engine.Observation;
import dev.mainstay.operator.cluster.engine.Recorded;
import dev.mainstay.operator.cluster.engine.Upkeep;
import dev.mainstay.operator.member.ArchiveNumbers;
import dev.mainstay.operator.member.ClientIdentity;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberApi;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.member.Published;
import dev.mainstay.operator.member.TlsInUse;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a cluster: its objects are listed from the API server, never taken from a cache that may lag behind what the last pass did,
 * and its members are asked, all at once.
 */
public final class ClusterObserver {

    /** How often members are asked before a quorum that was there counts as lost: on busy machines one answer may be late. */
    private static final int ASKED = 3;

    /** Of the system, since a few processors' worth of virtual ones can wait for each other to initialize a class. */
    private static final ThreadFactory ASKING =
            Thread.ofPlatform().daemon().name("ask-", 0).factory();

    /** Users aren't served here. */
    private static final int NOT_FOUND = 404;

    private final KubernetesClient kubernetes;
    private final MemberApi members;
    private final String repository;
    private final InstantSource clock;
    private final String revision;

    /** Looks by {@code kubernetes} and {@code members}; pods are of images from {@code repository}. */
    public ClusterObserver(KubernetesClient kubernetes, MemberApi members, String repository, InstantSource clock) {
        this(kubernetes, members, repository, clock, "");
    }

    /** The same in an operator of this version. */
    public ClusterObserver(
            KubernetesClient kubernetes, MemberApi members, String repository, InstantSource clock, String version) {
        this.kubernetes = kubernetes;
        this.members = members;
        this.repository = repository;
        this.clock = clock;
        this.revision = Rendering.revision(repository, version);
    }

    /** What there is now. */
    public Seen observe(EtcdCluster declared) {
        String namespace = declared.getMetadata().getNamespace();
        String name = declared.getMetadata().getName();
        SortedMap<String, EtcdMember> objects = new TreeMap<>();
        for (EtcdMember member : kubernetes
                .resources(EtcdMember.class)
                .inNamespace(namespace)
                .withLabel(MainstayApi.CLUSTER_LABEL, name)
                .list()
                .getItems()) {
            objects.put(member.getMetadata().getName(), member);
        }
        SortedMap<String, Pod> pods = new TreeMap<>();
        List<Pod> all = kubernetes
                .pods()
                .inNamespace(namespace)
                .withLabel(MainstayApi.CLUSTER_LABEL, name)
                .list()
                .getItems();
        all.stream()
                .filter(pod -> objects.containsKey(pod.getMetadata().getName()))
                .forEach(pod -> pods.put(pod.getMetadata().getName(), pod));
        SortedMap<String, PersistentVolumeClaim> claims = new TreeMap<>();
        kubernetes
                .persistentVolumeClaims()
                .inNamespace(namespace)
                .withLabel(MainstayApi.CLUSTER_LABEL, name)
                .list()
                .getItems()
                .forEach(claim -> claims.put(claim.getMetadata().getName(), claim));
        EtcdCluster cluster = GrownStorage.of(declared, claims.values());
        SortedMap<String, Service> services = services(cluster, objects);
        TrustObjects trust = Names.secure(cluster) ? trust(cluster, objects) : null;
        SortedMap<String, Endpoint> endpoints = new TreeMap<>();
        ClientIdentity identity = Seen.identity(cluster, trust);
        pods.forEach((member, pod) -> {
            Endpoint endpoint = Seen.endpoint(cluster, member, pod, identity);
            if (endpoint != null) {
                endpoints.put(member, endpoint);
            }
        });
        SortedMap<String, Published> published = ask(endpoints, members::published);
        SortedMap<String, TlsInUse> tls = new TreeMap<>();
        if (trust != null) {
            published.forEach((member, page) -> tls.put(member, page.tls()));
            pods.keySet().forEach(member -> tls.putIfAbsent(member, TlsInUse.UNKNOWN));
        }
        ArchiveView archive = new ArchiveReading(kubernetes).read(cluster, pods.values());
        if (archive.wanted() != null) {
            SortedMap<String, ArchiveNumbers> said = new TreeMap<>();
            published.forEach((member, page) -> said.put(member, page.archive()));
            archive = archive.saying(said);
        }
        ArchiveView archived = archive;
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        Strangers strangers = new StrangerReading(kubernetes, members)
                .read(cluster, status.clusterID(), others -> ask(others, members::ask));
        SortedMap<String, MemberApi.Answer> answers = ask(endpoints, members::ask);
        ClusterView together = together(cluster, status.clusterID(), answers, strangers, objects);
        boolean unexpected = status.clusterID() != null && QuorumClock.lostSince(status) == null;
        for (int asked = 1; unexpected && !together.agreed() && !endpoints.isEmpty() && asked < ASKED; asked++) {
            answers = ask(endpoints, members::ask);
            together = together(cluster, status.clusterID(), answers, strangers, objects);
        }
        Instant now = clock.instant();
        int incarnation = Objects.requireNonNullElse(status.incarnation(), 1);
        Recorded recorded = new Recorded(
                status.clusterID(),
                incarnation,
                Objects.requireNonNullElse(status.lastMemberNumber(), 0),
                QuorumClock.lostSince(status));
        SortedMap<String, MemberApi.Answer> heard = answers;
        boolean lost = status.clusterID() != null && !together.agreed();
        SortedMap<String, MemberApi.LogEnd> logs = lost ? ask(endpoints, members::log) : new TreeMap<>();
        Upkeep upkeep = UpkeepOf.cluster(cluster, now);
        FrozenTemplate template = FrozenTemplate.of(
                cluster,
                Rendering.of(revision, cluster, repository, archived.part()),
                archived.held() != null,
                moment(cluster, objects, upkeep));
        List<MemberView> views = objects.values().stream()
                .map(member -> new MemberReading(cluster, member, now)
                        .view(
                                compared(
                                        archived.compared(
                                                pods.get(member.getMetadata().getName())),
                                        template),
                                claims.get(Objects.requireNonNullElse(
                                        member.getSpec().volumeClaimName(), "")),
                                heard.get(member.getMetadata().getName()),
                                published.get(member.getMetadata().getName()),
                                services.get(member.getMetadata().getName())))
                .toList();
        Observation observation = new Observation(
                now,
                WantedOf.cluster(cluster, template.hash()),
                recorded,
                views,
                together,
                new SeedReading(kubernetes).seed(cluster, incarnation, objects.values(), claims, now),
                new LostQuorumReading(kubernetes, cluster, now).read(lost, objects, all, claims.values(), heard, logs),
                upkeep,
                strangers.view());
        return new Seen(
                declared,
                cluster,
                objects,
                pods,
                claims,
                services,
                answers,
                strangers,
                tls,
                trust,
                incarnation,
                BackupHealth.of(kubernetes, cluster, now),
                archived,
                template,
                observation);
    }

    /** A version is taken by a roll, and that is as good a time as a window. */
    private static FrozenTemplate.Moment moment(
            EtcdCluster cluster, SortedMap<String, EtcdMember> objects, Upkeep upkeep) {
        Maintenance maintenance = cluster.getSpec().maintenance();
        boolean window = maintenance != null && !maintenance.windows().isEmpty() && upkeep.open();
        boolean rolls = objects.values().stream()
                .anyMatch(member ->
                        !member.getSpec().version().equals(cluster.getSpec().version()));
        return window || rolls ? FrozenTemplate.Moment.WELCOME : FrozenTemplate.Moment.ANY;
    }

    /** A pod that was made since this operator came, as it makes them, needn't be made again when its revision is taken. */
    private static @Nullable Pod compared(@Nullable Pod pod, FrozenTemplate template) {
        Map<String, String> annotations = pod == null ? null : pod.getMetadata().getAnnotations();
        return annotations == null || !template.hash().equals(annotations.get(MainstayApi.RENDERED_HASH))
                ? pod
                : new PodBuilder(pod)
                        .editMetadata()
                        .addToAnnotations(MainstayApi.TEMPLATE_HASH, template.hash())
                        .endMetadata()
                        .build();
    }

    /** Those of single members; nobody is asked for them where there never were any. */
    private SortedMap<String, Service> services(EtcdCluster cluster, SortedMap<String, EtcdMember> objects) {
        SortedMap<String, Service> services = new TreeMap<>();
        boolean had = objects.values().stream()
                .anyMatch(member ->
                        member.getStatus() != null && member.getStatus().externalURL() != null);
        if (had || OuterAddress.wanted(cluster)) {
            kubernetes
                    .services()
                    .inNamespace(cluster.getMetadata().getNamespace())
                    .withLabel(MainstayApi.CLUSTER_LABEL, cluster.getMetadata().getName())
                    .withLabel(MainstayApi.MEMBER_LABEL)
                    .list()
                    .getItems()
                    .forEach(service ->
                            services.put(service.getMetadata().getLabels().get(MainstayApi.MEMBER_LABEL), service));
        }
        return services;
    }

    private TrustObjects trust(EtcdCluster cluster, SortedMap<String, EtcdMember> objects) {
        String namespace = cluster.getMetadata().getNamespace();
        String name = cluster.getMetadata().getName();
        List<Secret> secrets = kubernetes
                .secrets()
                .inNamespace(namespace)
                .withLabel(MainstayApi.CLUSTER_LABEL, name)
                .list()
                .getItems();
        ConfigMap published = kubernetes
                .configMaps()
                .inNamespace(namespace)
                .withName(Names.authority(name))
                .get();
        return TrustObjects.of(cluster, objects, secrets, published, users(cluster));
    }

    private List<EtcdUser> users(EtcdCluster cluster) {
        try {
            return kubernetes
                    .resources(EtcdUser.class)
                    .inNamespace(cluster.getMetadata().getNamespace())
                    .list()
                    .getItems()
                    .stream()
                    .filter(user -> user.getSpec()
                            .clusterRef()
                            .name()
                            .equals(cluster.getMetadata().getName()))
                    .sorted(Comparator.comparing(user -> user.getMetadata().getName()))
                    .toList();
        } catch (KubernetesClientException e) {
            if (e.getCode() != NOT_FOUND) {
                throw e;
            }
            return List.of();
        }
    }

    /** Asks all at once, each on a thread of its own; who doesn't answer is left out. */
    private static <T> SortedMap<String, T> ask(SortedMap<String, Endpoint> endpoints, Function<Endpoint, T> question) {
        Map<String, T> answers = new ConcurrentHashMap<>();
        try (ExecutorService calls = Executors.newThreadPerTaskExecutor(ASKING)) {
            endpoints.forEach((name, endpoint) -> calls.execute(() -> {
                try {
                    answers.put(name, question.apply(endpoint));
                } catch (MemberCallException e) {
                    answers.remove(name);
                }
            }));
        }
        return new TreeMap<>(answers);
    }

    private static ClusterView together(
            EtcdCluster cluster,
            @Nullable String clusterId,
            SortedMap<String, MemberApi.Answer> answers,
            Strangers strangers,
            SortedMap<String, EtcdMember> objects) {
        MemberApi.Answer best = Stream.concat(answers.values().stream(), strangers.answers().values().stream())
                .filter(answer -> !answer.list().isEmpty())
                .filter(answer -> clusterId == null || clusterId.equals(answer.clusterId()))
                .max(Comparator.comparing(MemberApi.Answer::agreed).thenComparingLong(MemberApi.Answer::term))
                .orElse(null);
        if (best == null) {
            return ClusterView.SILENT;
        }
        Map<String, String> byUrl = new TreeMap<>();
        objects.keySet().forEach(member -> byUrl.put(Names.peerUrl(cluster, member), member));
        return new ClusterView(
                best.agreed(),
                best.list().stream()
                        .map(line -> new ClusterView.Listed(
                                line.id(), byUrl.getOrDefault(line.peerUrl(), ""), line.learner(), line.peerUrl()))
                        .toList(),
                best.alarms().stream()
                        .map(alarm -> new ClusterView.Alarm(
                                alarm.memberId(),
                                alarm.corrupt() ? ClusterView.Alarm.Kind.CORRUPT : ClusterView.Alarm.Kind.NOSPACE))
                        .toList());
    }
}
