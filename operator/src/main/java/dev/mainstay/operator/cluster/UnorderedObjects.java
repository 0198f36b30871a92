package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.act.ObjectKeeper;
import dev.mainstay.operator.cluster.desired.DesiredDashboard;
import dev.mainstay.operator.cluster.desired.DesiredMonitoring;
import dev.mainstay.operator.cluster.desired.DesiredObjects;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.desired.OuterAddress;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.report.EventLog;
import dev.mainstay.operator.report.News;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Keeps the objects whose order doesn't matter as wanted, and tells when somebody else had changed one. A steady cluster is written nothing. */
final class UnorderedObjects {

    private static final int NOT_FOUND = 404;

    private final KubernetesClient kubernetes;
    private final EventLog events;
    private final AbsentApis apis;
    private final ObjectKeeper keeper = new ObjectKeeper();

    UnorderedObjects(KubernetesClient kubernetes, EventLog events) {
        this.kubernetes = kubernetes;
        this.events = events;
        this.apis = new AbsentApis(kubernetes);
    }

    /** Creates or changes what isn't as wanted, and takes away what isn't wanted any more. */
    void apply(EtcdCluster cluster, Instant now) {
        DesiredObjects desired = new DesiredObjects(cluster);
        Map<String, String> own = Names.labels(cluster.getMetadata().getName());
        desired.unwanted().forEach(unwanted -> remove(kubernetes.resource(unwanted), own::equals));
        desired.all().forEach(wanted -> {
            if (apis.absent(wanted, now) || !served(cluster, wanted, now)) {
                tell(cluster, wanted, now);
            }
        });
        if (kubernetes.supports(DesiredMonitoring.API, DesiredMonitoring.POD_MONITOR)) {
            DesiredMonitoring monitoring = new DesiredMonitoring(cluster);
            // These may carry labels of the user's beside ours.
            monitoring
                    .unwanted()
                    .forEach(unwanted -> remove(
                            monitoring(unwanted), found -> found.entrySet().containsAll(own.entrySet())));
            monitoring.all().forEach(wanted -> keep(cluster, wanted, monitoring(wanted), now));
            dashboard(cluster, own, now);
        }
    }

    /** Who has the Prometheus operator has Grafana, as a rule; without it nobody would scrape what the dashboard shows. */
    private void dashboard(EtcdCluster cluster, Map<String, String> own, Instant now) {
        DesiredDashboard dashboard = new DesiredDashboard(cluster);
        ConfigMap map = dashboard.map();
        if (dashboard.wanted()) {
            keep(cluster, map, kubernetes.resource(map), now);
        } else {
            remove(kubernetes.resource(map), found -> found.entrySet().containsAll(own.entrySet()));
        }
    }

    /** Keeps services of single members, as the spec wants them; they go with their members. */
    void services(Seen seen) {
        EtcdCluster cluster = seen.cluster();
        boolean wanted = OuterAddress.wanted(cluster);
        seen.members().forEach((name, member) -> {
            Service found = seen.services().get(name);
            if (!wanted && found != null) {
                var _ = kubernetes.resource(found).delete();
            } else if (wanted && member.getMetadata().getDeletionTimestamp() == null) {
                Service service = OuterAddress.service(cluster, member);
                keep(
                        cluster,
                        service,
                        kubernetes.resource(service),
                        found,
                        seen.observation().now());
            }
        });
    }

    /** Keeps it as wanted; false if this cluster doesn't know its kind. */
    private boolean served(EtcdCluster cluster, HasMetadata wanted, Instant now) {
        try {
            keep(cluster, wanted, kubernetes.resource(wanted), now);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == NOT_FOUND && apis.refused(wanted, now)) {
                return false;
            }
            throw e;
        }
    }

    private void tell(EtcdCluster cluster, HasMetadata absent, Instant now) {
        if (apis.tell(Objects.requireNonNullElse(cluster.getMetadata().getUid(), ""), absent)) {
            String message = absent.getApiVersion() + " " + absent.getKind()
                    + " isn't served by this Kubernetes, so the cluster has none: upgrade Kubernetes, or switch it off in the spec";
            events.tell(cluster, new News(true, "ApiNotServed", message), now);
        }
    }

    private Resource<GenericKubernetesResource> monitoring(GenericKubernetesResource object) {
        return kubernetes
                .genericKubernetesResources(DesiredMonitoring.API, object.getKind())
                .inNamespace(object.getMetadata().getNamespace())
                .resource(object);
    }

    /** @param ours tells by its labels whether an object is the cluster's, so that one of a user's that has its name stays */
    private static <T extends HasMetadata> void remove(Resource<T> unwanted, Predicate<Map<String, String>> ours) {
        T found = unwanted.get();
        if (found != null
                && ours.test(Objects.requireNonNullElse(found.getMetadata().getLabels(), Map.of()))) {
            var _ = unwanted.delete();
        }
    }

    private <T extends HasMetadata> void keep(EtcdCluster cluster, T wanted, Resource<T> place, Instant now) {
        keep(cluster, wanted, place, place.get(), now);
    }

    private <T extends HasMetadata> void keep(
            EtcdCluster cluster, T wanted, Resource<T> place, @Nullable T found, Instant now) {
        if (keeper.keep(wanted, place, found) == ObjectKeeper.Done.PUT_BACK) {
            String message = wanted.getKind() + " " + wanted.getMetadata().getName()
                    + " was changed by somebody else, and is put back: change the cluster's spec instead";
            events.tell(cluster, new News(true, "DriftCorrected", message), now);
        }
    }
}
