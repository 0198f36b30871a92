package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A cluster in a namespace of its own: its manifest is applied again and again with other values. One thread. */
final class OperatedCluster {
    private final Kubectl kubectl;
    private final String namespace;
    private final String name;
    private final Map<String, String> spec = new TreeMap<>(Map.of(
            "replicas", "3",
            "version", Settings.version(),
            "storage", "{size: 1Gi, retention: {whenDeleted: Delete, whenScaled: Delete}}",
            "podTemplate", "{spec: {resources: {requests: {cpu: 50m, memory: 256Mi}, limits: {memory: 768Mi}}}}",
            "updateStrategy", "{readySeconds: 5}",
            "tls", "{mode: Required}"));

    private OperatedCluster(String namespace, String name) {
        this.namespace = namespace;
        this.name = name;
        this.kubectl = Kubectl.in(namespace);
    }

    /** Of this name; the namespace is made. Not applied yet. */
    static OperatedCluster named(String namespace, String name) {
        OperatedCluster cluster = new OperatedCluster(namespace, name);
        cluster.kubectl.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: " + namespace + "}");
        return cluster;
    }

    String name() {
        return name;
    }

    String namespace() {
        return namespace;
    }

    Kubectl kubectl() {
        return kubectl;
    }

    /** Whether clients must show certificates. */
    boolean secure() {
        return !String.valueOf(spec.get("tls")).contains("Disabled");
    }

    /** Where clients in pods reach it. */
    String endpoint() {
        return (secure() ? "https://" : "http://") + name + "." + namespace + ".svc:2379";
    }

    /** Changes a field of the spec in the manifest, as YAML; an empty value leaves it out. */
    OperatedCluster with(String field, String yaml) {
        if (yaml.isEmpty()) {
            spec.remove(field);
        } else {
            spec.put(field, yaml);
        }
        return this;
    }

    /** The manifest as it stands. */
    String manifest() {
        StringBuilder yaml = new StringBuilder(
                "apiVersion: mainstay.dev/v1alpha1\nkind: EtcdCluster\nmetadata: {name: " + name + "}\nspec:\n");
        spec.forEach((field, value) ->
                yaml.append("  ").append(field).append(": ").append(value).append('\n'));
        return yaml.toString();
    }

    /** Applies the manifest. */
    OperatedCluster apply() {
        kubectl.apply(manifest());
        return this;
    }

    /** A JSON path of the cluster's object. */
    String get(String path) {
        return kubectl.get("etcdcluster/" + name, path);
    }

    /** Status or reason of a condition. */
    String condition(String type, String field) {
        return get("{.status.conditions[?(@.type==\"" + type + "\")]." + field + "}");
    }

    /** Applies, and waits until so many members are ready and nothing is left to do. Seconds that it took. */
    double settle(int members) {
        long start = System.nanoTime();
        apply();
        awaitSettled(members);
        return Math.round((System.nanoTime() - start) / 1e8) / 10.0;
    }

    /** Waits until so many members are ready, all vote, and nothing is left to do. */
    void awaitSettled(int members) {
        Await.until(members + " members at rest", () -> settled(members), this::describe);
    }

    private boolean settled(int members) {
        String state = get(
                "{.metadata.generation} {.status.observedGeneration} {.status.readyReplicas} {.status.votingReplicas}"
                        + " {.status.replicas} {.status.conditions[?(@.type==\"Ready\")].status}"
                        + " {.status.conditions[?(@.type==\"Progressing\")].status} [{.status.operation.type}]");
        String[] words = state.split(" ", -1);
        String n = Integer.toString(members);
        return state.endsWith(n + " " + n + " " + n + " True False []") && words[0].equals(words[1]);
    }

    /** Waits for a condition's reason. */
    void awaitReason(String condition, String reason) {
        Await.until(
                condition + "=" + reason, () -> condition(condition, "reason").equals(reason), this::describe);
    }

    /** Everything that tells what is going on. */
    String describe() {
        return kubectl.run(new byte[0], "get", "etcdclusters,etcdmembers,pods,pvc", "-o", "wide")
                        .out()
                + kubectl.run(new byte[0], "get", "etcdcluster", name, "-o", "yaml", "--show-managed-fields=false")
                        .out()
                + kubectl.run(new byte[0], "get", "events", "--sort-by=.lastTimestamp")
                        .out();
    }

    /** Names of the members' pods that are there. */
    List<String> pods() {
        return kubectl.list("pods", "mainstay.dev/cluster=" + name, "{.metadata.name}");
    }

    /** Uids of the members' pods, and how often their containers were started again. */
    List<String> podIdentities() {
        return kubectl.list(
                "pods",
                "mainstay.dev/cluster=" + name,
                "{.metadata.name} {.metadata.uid} {.status.containerStatuses[0].restartCount}");
    }

    /** Names of the members' pods, in the order in which they were made. */
    List<String> youngestLast() {
        return List.of(kubectl.out(
                        "get",
                        "pods",
                        "-l",
                        "mainstay.dev/cluster=" + name,
                        "--sort-by=.metadata.creationTimestamp",
                        "-o",
                        "jsonpath={.items[*].metadata.name}")
                .split(" ", -1));
    }

    /** The leader's name. */
    String leader() {
        return get("{.status.leader}");
    }

    /** A member that doesn't lead. */
    String follower() {
        String leader = leader();
        return pods().stream().filter(pod -> !pod.equals(leader)).findFirst().orElseThrow();
    }

    /** The node that a pod is on. */
    String node(String pod) {
        return kubectl.get("pod/" + pod, "{.spec.nodeName}");
    }

    /** Ids of the members, by name; empty for one that hasn't got one yet. */
    Map<String, String> ids() {
        Map<String, String> ids = new TreeMap<>();
        kubectl.list("etcdmembers", "mainstay.dev/cluster=" + name, "{.metadata.name} {.status.memberID}").stream()
                .map(line -> line.split(" ", -1))
                .forEach(words -> ids.put(words[0], words.length > 1 ? words[1] : ""));
        return ids;
    }

    /** Deletes the cluster and waits until nothing of it is left. */
    void delete() {
        kubectl.out("delete", "etcdcluster", name, "--ignore-not-found", "--wait=false");
        awaitGone();
    }

    /** Waits until nothing of it is left. */
    void awaitGone() {
        Await.until(
                "end of " + name,
                Duration.ofMinutes(4),
                () -> kubectl.out(
                                "get",
                                "etcdclusters,etcdmembers,pods,services,secrets,configmaps,serviceaccounts,networkpolicies,pvc",
                                "-l",
                                "mainstay.dev/cluster=" + name,
                                "-o",
                                "name")
                        .isEmpty(),
                this::describe);
        assertThat(get("{.metadata.name}")).isEmpty();
    }
}
