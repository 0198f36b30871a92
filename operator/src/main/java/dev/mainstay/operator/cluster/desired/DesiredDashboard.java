package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.Monitoring;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A cluster's dashboard for Grafana, in a ConfigMap that Grafana's sidecar finds by its label. Pure. */
public final class DesiredDashboard {

    private static final String LABEL = "grafana_dashboard";
    private static final String PANELS = "/dev/mainstay/operator/dashboard.txt";

    /** Grafana's grid is 24 wide. */
    private static final int WIDTH = 8;

    private static final int HEIGHT = 7;
    private static final int COLUMNS = 3;
    private static final int PARTS = 4;
    private static final int SCHEMA = 39;
    private static final Map<String, Object> SOURCE =
            new TreeMap<>(Map.of("type", "prometheus", "uid", "${datasource}"));

    private final EtcdCluster cluster;
    private final String name;
    private final String namespace;

    /** Of {@code cluster}. */
    public DesiredDashboard(EtcdCluster cluster) {
        this.cluster = cluster;
        this.name = cluster.getMetadata().getName();
        this.namespace = cluster.getMetadata().getNamespace();
    }

    /** Whether the spec wants one. */
    public boolean wanted() {
        Monitoring monitoring = cluster.getSpec().monitoring();
        return monitoring == null || monitoring.dashboard();
    }

    /** The ConfigMap; the file in it has a name of its own among all clusters', since Grafana puts them into one folder. */
    public ConfigMap map() {
        Monitoring monitoring = cluster.getSpec().monitoring();
        Map<String, String> labels = new TreeMap<>(monitoring == null ? Map.of() : monitoring.labels());
        labels.put(LABEL, "1");
        labels.putAll(Names.labels(name));
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(Names.dashboard(name))
                .withNamespace(namespace)
                .withLabels(labels)
                .withOwnerReferences(Names.owner(cluster))
                .endMetadata()
                .addToData("mainstay-" + namespace + "-" + name + ".json", Serialization.asJson(dashboard()))
                .build();
    }

    private Map<String, Object> dashboard() {
        Map<String, Object> dashboard = new TreeMap<>();
        dashboard.put("uid", "mainstay-" + Hashes.object(List.of(namespace, name)));
        dashboard.put("title", "Mainstay " + namespace + "/" + name);
        dashboard.put("tags", List.of("mainstay", "etcd"));
        dashboard.put("schemaVersion", SCHEMA);
        dashboard.put("refresh", "30s");
        dashboard.put("time", new TreeMap<>(Map.of("from", "now-3h", "to", "now")));
        dashboard.put(
                "templating",
                Map.of(
                        "list",
                        List.of(new TreeMap<>(Map.of(
                                "name",
                                "datasource",
                                "label",
                                "Data source",
                                "type",
                                "datasource",
                                "query",
                                "prometheus")))));
        dashboard.put("panels", panels());
        return dashboard;
    }

    private List<Map<String, Object>> panels() {
        List<Map<String, Object>> panels = new ArrayList<>();
        for (String line : lines()) {
            panels.add(panel(panels.size(), line));
        }
        return panels;
    }

    private static List<String> lines() {
        try (InputStream in = Objects.requireNonNull(DesiredDashboard.class.getResourceAsStream(PANELS))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Object> panel(int number, String line) {
        String[] parts = line.split(" \\| ", PARTS);
        Map<String, Object> target = new TreeMap<>();
        target.put("refId", "A");
        target.put("datasource", SOURCE);
        target.put("legendFormat", parts[2]);
        target.put(
                "expr", parts[3].replace("{members", "{namespace=\"" + namespace + "\",pod=~\"" + name + "-[0-9]+\""));
        Map<String, Object> panel = new TreeMap<>();
        panel.put("id", number + 1);
        panel.put("type", "timeseries");
        panel.put("title", parts[0]);
        panel.put("datasource", SOURCE);
        panel.put(
                "gridPos",
                new TreeMap<>(Map.of(
                        "x", number % COLUMNS * WIDTH, "y", number / COLUMNS * HEIGHT, "w", WIDTH, "h", HEIGHT)));
        panel.put(
                "fieldConfig",
                new TreeMap<>(
                        Map.of("defaults", new TreeMap<>(Map.of("unit", parts[1], "min", 0)), "overrides", List.of())));
        panel.put("targets", List.of(target));
        return panel;
    }
}
