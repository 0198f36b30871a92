package dev.mainstay.operator.cluster.trust;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Secrets, the kubelets that bring them into pods late, the members that read them later still, applications that take their time, and
 * an operator that is killed between writes. After whatever happens, all who talk to each other must trust each other.
 */
final class SimulatedTrust {

    static final Duration TICK = Duration.ofMinutes(20);
    private static final int KUBELET_TICKS = 6;

    /** The longest that a node or an application is cut off, ticks: 15 hours, less than renewBefore and more than the overlap. */
    private static final int STALL_TICKS = 45;

    private static final double KILLED = 0.03;
    private static final int WRITES = 64;

    /** What a secret holds. */
    private record Content(String serial, String ca, Instant end, List<String> bundle) {

        boolean trusts(Content other) {
            return bundle.contains(other.ca);
        }
    }

    private static final class Pod {
        Content mounted;
        Content inUse;
        int stale;
        int stalled;
        int silent;

        Pod(Content content) {
            mounted = content;
            inUse = content;
        }
    }

    /** An application: it reads the client's secret some time after it changed, but within the overlap. */
    private static final class Application {
        @Nullable
        Content inUse;

        int readsIn;
    }

    private final SplittableRandom random;
    private final Function<TrustView, TrustStep> engine;
    private final TrustPolicy policy;
    private final Map<String, Instant> authorities = new TreeMap<>();
    private final Map<String, Content> secrets = new TreeMap<>();
    private final Map<String, @Nullable Pod> pods = new TreeMap<>();
    private final List<Application> applications = List.of(new Application(), new Application());
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private @Nullable String issuing;
    private @Nullable String next;
    private @Nullable String previous;
    private @Nullable Instant knownSince;
    private List<String> published = List.of();
    private int numbers;
    int replaced;
    int crashPoints;

    SimulatedTrust(SplittableRandom random, TrustPolicy policy, Function<TrustView, TrustStep> engine) {
        this.random = random;
        this.policy = policy;
        this.engine = engine;
        for (int i = 0; i < 3; i++) {
            pods.put("m" + ++numbers, null);
        }
    }

    /** One moment passes. */
    void tick() {
        if (random.nextInt(5) > 0) {
            pass();
        }
        disturb();
        pods.replaceAll((name, pod) -> pod == null && random.nextInt(3) == 0 && secrets.containsKey(name)
                ? new Pod(Objects.requireNonNull(secrets.get(name)))
                : pod);
        pods.forEach((name, pod) -> {
            if (pod != null) {
                deliver(pod, Objects.requireNonNull(secrets.get(name)));
            }
        });
        applications.forEach(this::read);
        now = now.plus(TICK);
        check();
    }

    private void deliver(Pod pod, Content secret) {
        boolean back = pod.stalled == 1;
        pod.stalled = Math.max(0, pod.stalled - 1);
        pod.silent = Math.max(0, pod.silent - 1);
        pod.stale = pod.mounted.equals(secret) ? 0 : pod.stale + 1;
        if (pod.stalled == 0 && (back || pod.stale > KUBELET_TICKS || random.nextInt(3) == 0)) {
            pod.mounted = secret;
        }
        if (random.nextInt(3) > 0) {
            pod.inUse = pod.mounted;
        }
    }

    private void read(Application application) {
        Content secret = secrets.get("client");
        if (secret != null && !secret.equals(application.inUse) && --application.readsIn < 0) {
            application.inUse = secret;
            long overlap = policy.overlap().dividedBy(TICK);
            application.readsIn = random.nextInt((int) overlap - 2);
        }
    }

    private void disturb() {
        if (random.nextInt(40) > 0) {
            return;
        }
        String name = List.copyOf(pods.keySet()).get(random.nextInt(pods.size()));
        Pod pod = pods.get(name);
        switch (random.nextInt(6)) {
            case 0 -> pods.put(name, null);
            case 1 -> {
                if (pod != null) {
                    pod.inUse = pod.mounted;
                }
            }
            case 2 -> {
                if (pod != null && pod.stalled == 0) {
                    pod.stalled = random.nextInt(STALL_TICKS);
                }
            }
            case 3 -> {
                if (pod != null) {
                    pod.silent = random.nextInt(STALL_TICKS);
                }
            }
            case 4 -> {
                if (pods.size() < 5) {
                    pods.put("m" + ++numbers, null);
                }
            }
            default -> {
                if (pods.size() > 1) {
                    pods.remove(name);
                    secrets.remove(name);
                }
            }
        }
    }

    /** Writes what is decided, until nothing is, or until killed. */
    private void pass() {
        for (int i = 0; i < WRITES; i++) {
            TrustStep step = engine.apply(view());
            if (!step.writes()) {
                check(!(step instanceof TrustStep.Blocked), "blocked: " + step);
                return;
            }
            double chance = random.nextDouble();
            if (chance < KILLED) {
                crashPoints++;
                return;
            }
            write(step);
            check();
            if (chance < 2 * KILLED) {
                crashPoints++;
                return;
            }
        }
        throw new AssertionError("writes without end");
    }

    private void write(TrustStep step) {
        switch (step) {
            case TrustStep.None _, TrustStep.Wait _, TrustStep.Blocked _ -> throw new AssertionError(step);
            case TrustStep.CreateAuthority _ -> issuing = authority();
            case TrustStep.AddNext _ -> {
                check(next == null && previous == null, "two replacements at once");
                next = authority();
                knownSince = null;
            }
            case TrustStep.MarkKnown _ -> knownSince = now;
            case TrustStep.Promote _ -> {
                previous = issuing;
                issuing = Objects.requireNonNull(next);
                next = null;
                knownSince = null;
            }
            case TrustStep.Drop _ -> {
                previous = null;
                knownSince = null;
                replaced++;
            }
            case TrustStep.Issue issue -> {
                String ca = Objects.requireNonNull(issuing);
                Instant end = TrustEngine.leafEnd(view(), Objects.requireNonNull(view().authority()));
                secrets.put(issue.holder(), new Content("s" + ++numbers, ca, end, bundle()));
            }
            case TrustStep.StoreBundle store -> {
                Content content = Objects.requireNonNull(secrets.get(store.holder()));
                secrets.put(store.holder(), new Content(content.serial, content.ca, content.end, bundle()));
            }
            case TrustStep.Publish _ -> published = bundle();
        }
    }

    private String authority() {
        String id = "ca" + ++numbers;
        authorities.put(id, now.plus(policy.authority()));
        return id;
    }

    private List<String> bundle() {
        return Stream.of(previous, issuing, next).flatMap(Stream::ofNullable).toList();
    }

    private @Nullable Ca ca(@Nullable String id) {
        return id == null ? null : new Ca(id, Objects.requireNonNull(authorities.get(id)));
    }

    private TrustView view() {
        Ca signer = ca(issuing);
        List<Holder> holders = new ArrayList<>();
        Stream.concat(Stream.of("client", "operator"), pods.keySet().stream()).forEach(name -> {
            Content content = secrets.get(name);
            holders.add(
                    content == null
                            ? new Holder(name, null, "", false)
                            : new Holder(
                                    name,
                                    new Holder.Leaf(content.serial, content.ca, content.end),
                                    content.bundle.toString(),
                                    true));
        });
        List<Running> running = new ArrayList<>();
        pods.forEach((name, pod) -> {
            if (pod != null) {
                boolean says = pod.silent == 0;
                running.add(new Running(
                        name,
                        says ? Set.of(pod.inUse.serial) : Set.of(),
                        says ? Set.of(pod.inUse.bundle.toString()) : Set.of()));
            }
        });
        return new TrustView(
                now,
                policy,
                null,
                signer == null
                        ? null
                        : new AuthorityView(signer, ca(next), ca(previous), knownSince, bundle().toString()),
                holders,
                published.equals(bundle()),
                running);
    }

    /** Members with each other, with applications, and with the operator, both ways. */
    private void check() {
        List<Content> members = pods.values().stream()
                .filter(Objects::nonNull)
                .map(pod -> pod.inUse)
                .toList();
        List<Content> callers = new ArrayList<>(members);
        applications.forEach(application -> {
            if (application.inUse != null) {
                callers.add(application.inUse);
            }
        });
        if (secrets.containsKey("operator")) {
            callers.add(Objects.requireNonNull(secrets.get("operator")));
        }
        for (Content member : members) {
            for (Content caller : callers) {
                if (!member.trusts(caller) || !caller.trusts(member)) {
                    throw new AssertionError("at " + now + " don't trust each other: " + member + " and " + caller);
                }
            }
        }
        for (Content caller : callers) {
            boolean valid =
                    now.isBefore(caller.end) && now.isBefore(Objects.requireNonNull(authorities.get(caller.ca)));
            check(valid, "has ended: " + caller);
        }
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("at " + now + " " + what);
        }
    }
}
