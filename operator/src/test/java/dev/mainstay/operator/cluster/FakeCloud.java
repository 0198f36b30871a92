package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.member.ArchiveNumbers;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberApi;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.member.Published;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Kubelets and members beside an API server that has neither: a pod runs as soon as {@link #step} has seen it, and its member does what its
 * flags say. All voters that run agree while they are a majority.
 */
public final class FakeCloud implements MemberApi {

    private static final long[] USUAL = {4096, 2048};

    private final KubernetesClient kubernetes;
    private final Map<String, Line> list = new TreeMap<>();
    private final Set<String> silent = ConcurrentHashMap.newKeySet();

    /** Peer URLs of members that have no pods, by where clients reach them. */
    private final Map<String, String> elsewhere = new TreeMap<>();

    /** Whether those are of another etcd. */
    boolean strange;

    /** Those that answer for another cluster, and which, by where clients reach them. */
    final Map<String, String> otherClusters = new ConcurrentHashMap<>();

    private String leader = "";
    private String clusterId = "";
    private int addresses;
    private int late;
    /** What members say of their disks, by name. */
    final Map<String, Published.Disk> disks = new ConcurrentHashMap<>();

    /** What members say of their data: bytes, and of these in use. */
    final Map<String, long[]> data = new ConcurrentHashMap<>();

    /** Members that return free space, and for how many more steps. */
    private final Map<String, Integer> defragmenting = new ConcurrentHashMap<>();

    private final Map<String, Long> logs = new ConcurrentHashMap<>();
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    final FakeMounts mounts;

    /** What those members say of the archive that are told to write one; the one that leads ships. */
    public volatile ArchiveNumbers archived = new ArchiveNumbers(true, true, 0, 1, 1, 0);

    /** Beside {@code kubernetes}. */
    public FakeCloud(KubernetesClient kubernetes, InstantSource clock) {
        this.kubernetes = kubernetes;
        this.mounts = new FakeMounts(kubernetes, clock);
    }

    /** Starts what was made and not started yet. */
    public synchronized void step() {
        mounts.step();
        defragmenting.replaceAll((member, steps) -> steps - 1);
        defragmenting.forEach((member, steps) -> {
            if (steps == 0) {
                data.computeIfPresent(member, (name, sizes) -> new long[] {sizes[1], sizes[1]});
            }
        });
        defragmenting.values().removeIf(steps -> steps == 0);
        for (Pod pod : kubernetes.pods().inAnyNamespace().list().getItems()) {
            if ((pod.getStatus() == null || pod.getStatus().getPodIP() == null) && mountable(pod)) {
                addresses++;
                String address = "10.0.0." + addresses;
                var _ = kubernetes
                        .resource(pod)
                        .editStatus(current -> new PodBuilder(current)
                                .withNewStatus()
                                .withPhase("Running")
                                .withPodIP(address)
                                .endStatus()
                                .build());
                String url = flag(pod, "initial-advertise-peer-urls");
                if (pod.getSpec().getContainers().getFirst().getArgs().contains("--force-new-cluster")) {
                    list.keySet().removeIf(other -> !other.equals(url));
                }
                String token = flag(pod, "initial-cluster-token");
                String incarnation = token.substring(token.lastIndexOf('.') + 1);
                if (flag(pod, "initial-cluster-state").equals("new") && !clusterId.equals("c" + incarnation)) {
                    clusterId = "c" + incarnation;
                    list.clear();
                    list.put(url, new Line("a1", pod.getMetadata().getName(), url, false));
                }
            }
        }
    }

    /** As kubelets do, no pod is started whose secrets aren't there. */
    private boolean mountable(Pod pod) {
        return pod.getSpec().getVolumes().stream()
                .allMatch(volume -> volume.getSecret() == null
                        || kubernetes
                                        .secrets()
                                        .inNamespace(pod.getMetadata().getNamespace())
                                        .withName(volume.getSecret().getSecretName())
                                        .get()
                                != null);
    }

    /** A member that runs as a process on a host, of the cluster that is there. */
    public synchronized void runElsewhere(String host) {
        clusterId = "e";
        String url = "http://" + host + ":2380";
        list.put(url, new Line("e" + (elsewhere.size() + 1), host, url, false));
        elsewhere.put(host + ":2379", url);
    }

    /** Peer URLs of all members. */
    synchronized Set<String> listed() {
        return Set.copyOf(list.keySet());
    }

    /** Lets this member answer nothing, whichever pod it has. */
    void silence(String member) {
        silent.add(member);
    }

    /** Lets it answer again. */
    void speak(String member) {
        silent.remove(member);
    }

    /** Lets this many of the next questions get no answer in time, whoever is asked. */
    synchronized void answerLate(int questions) {
        late = questions;
    }

    /** Lets this member's log end there, and its data have this revision. */
    void logEnds(String member, long index) {
        logs.put(member, index);
    }

    private static String flag(Pod pod, String name) {
        return pod.getSpec().getContainers().getFirst().getArgs().stream()
                .filter(argument -> argument.startsWith("--" + name + "="))
                .map(argument -> argument.substring(name.length() + 3))
                .findFirst()
                .orElse("");
    }

    private Map<String, Line> running() {
        Map<String, Line> byEndpoint = new TreeMap<>();
        elsewhere.forEach((endpoint, url) -> {
            Line line = list.get(url);
            if (line != null && !silent.contains(line.name())) {
                byEndpoint.put(endpoint, line);
            }
        });
        for (Pod pod : kubernetes.pods().inAnyNamespace().list().getItems()) {
            Line line = list.get(flag(pod, "initial-advertise-peer-urls"));
            boolean up = pod.getStatus() != null && pod.getStatus().getPodIP() != null;
            if (line != null && up && !silent.contains(pod.getMetadata().getName())) {
                byEndpoint.put(pod.getStatus().getPodIP() + ":2379", line);
            }
        }
        return byEndpoint;
    }

    /** Host names begin with the member's. */
    private static String member(Line line) {
        return line.peerUrl().replaceAll("^[a-z]+://([^.]+)\\..*$", "$1");
    }

    private boolean agreed(Map<String, Line> running) {
        long voters = list.values().stream().filter(line -> !line.learner()).count();
        return running.values().stream().filter(line -> !line.learner()).count() > voters / 2;
    }

    @Override
    public synchronized Answer ask(Endpoint endpoint) {
        Map<String, Line> running = running();
        if (late > 0) {
            late--;
            throw new MemberCallException("status", endpoint.client(), new IOException("deadline"));
        }
        Line self = running.get(endpoint.client());
        if (self == null) {
            throw new MemberCallException("status", endpoint.client(), new IOException("refused"));
        }
        mounts.shakeHands(endpoint);
        boolean agreed = agreed(running);
        if (agreed && running.values().stream().noneMatch(line -> line.id().equals(leader))) {
            leader = running.values().stream()
                    .filter(line -> !line.learner())
                    .map(Line::id)
                    .findFirst()
                    .orElse("");
        }
        return new Answer(
                self.id(),
                otherClusters.getOrDefault(endpoint.client(), clusterId),
                agreed ? leader : "",
                self.learner(),
                2,
                100,
                data.getOrDefault(member(endpoint), USUAL)[0],
                data.getOrDefault(member(endpoint), USUAL)[1],
                logs.getOrDefault(member(self), 100L),
                agreed && !self.learner(),
                self.learner() ? List.of() : List.copyOf(list.values()),
                List.of());
    }

    @Override
    public boolean isMainstay(Endpoint endpoint) {
        return !strange;
    }

    @Override
    public synchronized LogEnd log(Endpoint endpoint) {
        Line self = running().get(endpoint.client());
        if (self == null) {
            throw new MemberCallException("metrics", endpoint.metrics(), new IOException("refused"));
        }
        return new LogEnd(2, logs.getOrDefault(member(self), 100L));
    }

    @Override
    public synchronized Published published(Endpoint endpoint) {
        if (!running().containsKey(endpoint.client())) {
            throw new MemberCallException("metrics", endpoint.metrics(), new IOException("refused"));
        }
        return new Published(
                mounts.inUse(endpoint),
                disks.get(member(endpoint)),
                defragmenting.containsKey(member(endpoint)),
                archive(endpoint));
    }

    private static String member(Endpoint endpoint) {
        return endpoint.name().substring(0, endpoint.name().indexOf('.'));
    }

    private ArchiveNumbers archive(Endpoint endpoint) {
        Line self = Objects.requireNonNull(running().get(endpoint.client()));
        boolean told = kubernetes.pods().inAnyNamespace().list().getItems().stream()
                .filter(pod -> pod.getStatus() != null
                        && endpoint.client().equals(pod.getStatus().getPodIP() + ":2379"))
                .anyMatch(pod -> !flag(pod, "archive-repository").isEmpty());
        return told
                ? new ArchiveNumbers(
                        true,
                        archived.shipping() && self.id().equals(leader),
                        archived.lagSeconds(),
                        archived.revision(),
                        archived.sinceRevision(),
                        archived.untilSeconds())
                : ArchiveNumbers.NONE;
    }

    private synchronized void change(String call, Runnable change) {
        calls.add(call);
        if (!agreed(running())) {
            throw new MemberCallException(call, "", new IOException("no leader"));
        }
        change.run();
    }

    @Override
    public void addLearner(Endpoint endpoint, String peerUrl) {
        change("add", () -> list.put(peerUrl, new Line("a" + (10 + list.size() + calls.size()), "", peerUrl, true)));
    }

    @Override
    public void promote(Endpoint endpoint, String id) {
        change(
                "promote",
                () -> list.replaceAll((url, line) ->
                        line.id().equals(id) ? new Line(line.id(), line.name(), line.peerUrl(), false) : line));
    }

    @Override
    public void remove(Endpoint endpoint, String id) {
        change("remove", () -> list.values().removeIf(line -> line.id().equals(id)));
    }

    @Override
    public void moveLeader(Endpoint endpoint, String id) {
        change("move", () -> leader = id);
    }

    @Override
    public void defragment(Endpoint endpoint) {
        calls.add("defragment " + member(endpoint));
        assertThat(defragmenting).as("one at a time").isEmpty();
        defragmenting.put(member(endpoint), 2);
    }

    @Override
    public void disarm(Endpoint endpoint, String id, boolean corrupt) {
        calls.add("disarm");
    }
}
