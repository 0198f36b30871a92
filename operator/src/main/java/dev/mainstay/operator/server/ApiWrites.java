package dev.mainstay.operator.server;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts what the API server was made to write, by the kind of object: a cluster at rest costs it nothing. Any thread. */
final class ApiWrites implements Interceptor {

    private static final Set<String> WRITES = Set.of("POST", "PUT", "PATCH", "DELETE");

    /** The kinds of the RBAC rules, by their names in paths. */
    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("etcdclusters", "EtcdCluster"),
            Map.entry("etcdmembers", "EtcdMember"),
            Map.entry("etcdbackups", "EtcdBackup"),
            Map.entry("etcdbackupschedules", "EtcdBackupSchedule"),
            Map.entry("etcdbackupstores", "EtcdBackupStore"),
            Map.entry("etcdrestores", "EtcdRestore"),
            Map.entry("etcdusers", "EtcdUser"),
            Map.entry("etcdroles", "EtcdRole"),
            Map.entry("pods", "Pod"),
            Map.entry("persistentvolumeclaims", "PersistentVolumeClaim"),
            Map.entry("services", "Service"),
            Map.entry("serviceaccounts", "ServiceAccount"),
            Map.entry("secrets", "Secret"),
            Map.entry("configmaps", "ConfigMap"),
            Map.entry("events", "Event"),
            Map.entry("leases", "Lease"),
            Map.entry("jobs", "Job"),
            Map.entry("poddisruptionbudgets", "PodDisruptionBudget"),
            Map.entry("networkpolicies", "NetworkPolicy"),
            Map.entry("podmonitors", "PodMonitor"),
            Map.entry("prometheusrules", "PrometheusRule"),
            Map.entry("certificates", "Certificate"));

    private final MeterRegistry meters;

    ApiWrites(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (WRITES.contains(request.method()) && response.isSuccessful()) {
            meters.counter("etcd_operator_api_writes", "kind", kind(request.uri()))
                    .increment();
        }
    }

    /** What follows the namespace in the path; the rest of it may be an object's name. */
    private static String kind(URI uri) {
        String[] parts = uri.getPath().split("/", -1);
        for (int i = 0; i + 2 < parts.length; i++) {
            if (parts[i].equals("namespaces")) {
                return KINDS.getOrDefault(parts[i + 2], "other");
            }
        }
        return "other";
    }
}
