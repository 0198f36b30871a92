package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.operator.cluster.certificates.AuthorityState;
import dev.mainstay.operator.cluster.certificates.CertificateHolder;
import dev.mainstay.operator.cluster.certificates.DesiredTrust;
import dev.mainstay.operator.cluster.certificates.TrustObjects;
import dev.mainstay.operator.cluster.certificates.TrustReading;
import dev.mainstay.operator.cluster.certificates.TrustState;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.cluster.trust.TrustEngine;
import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.cluster.trust.TrustView;
import dev.mainstay.operator.tracing.PassTrace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the certificates of a cluster as decided, one write after the other, each decided anew. Every write is on the version that was
 * read, so that an operator that has lost its lead writes nothing. Nothing is remembered between passes.
 */
public final class TrustKeeper {

    /** Writes in one pass; what is left waits for the next. */
    private static final int MAX_WRITES = 64;

    private final TrustWriter writer;
    private final MeterRegistry meters;
    private final TrustEngine engine = new TrustEngine();

    /** Writes by {@code kubernetes}, and counts in {@code meters}. */
    public TrustKeeper(KubernetesClient kubernetes, MeterRegistry meters) {
        this.writer = new TrustWriter(kubernetes);
        this.meters = meters;
    }

    /** Looks without writing; empty for a cluster without TLS. */
    public Optional<TrustState> look(Seen seen) {
        TrustObjects objects = seen.trust();
        return objects == null ? Optional.empty() : Optional.of(state(read(seen, objects, Set.of())));
    }

    /** Writes what there is to write, and says how things are then; empty for a cluster without TLS. */
    public Optional<TrustState> keep(Seen seen, PassTrace trace) {
        TrustObjects objects = seen.trust();
        if (objects == null) {
            return Optional.empty();
        }
        Set<String> foreign = new TreeSet<>();
        TrustReading reading = read(seen, objects, foreign);
        TrustState state = state(reading);
        for (int writes = 0; writes < MAX_WRITES && allowed(state.step(), missed(seen, objects, foreign)); writes++) {
            TrustReading now = reading;
            TrustObjects before = objects;
            TrustStep step = state.step();
            try {
                objects = trace.step(
                        step.getClass().getSimpleName(),
                        Map.of("mainstay.rule", "Trust", "mainstay.action", step.toString()),
                        () -> carryOut(now, before, step));
            } catch (ForeignObjectException e) {
                if (!foreign.add(e.name()) || state.authority() == null) {
                    break;
                }
                reading = read(seen, objects, foreign);
                state = state(reading);
                continue;
            }
            meters.counter(
                            "etcd_operator_step",
                            "rule",
                            "Trust",
                            "step",
                            state.step().getClass().getSimpleName(),
                            "result",
                            "done")
                    .increment();
            reading = read(seen, objects, foreign);
            state = state(reading);
        }
        Set<String> missed = missed(seen, objects, foreign);
        if (missed.isEmpty()) {
            return Optional.of(state);
        }
        String why = "objects of these names are there but aren't this cluster's: " + String.join(", ", missed)
                + "; rename or delete them";
        return Optional.of(new TrustState(state.view(), state.authority(), new TrustStep.Blocked(why)));
    }

    /** While an object is in the way, certificates are renewed, but the authority isn't replaced: somebody would miss it. */
    private static boolean allowed(TrustStep step, Set<String> foreign) {
        return step.writes() && (foreign.isEmpty() || !step.turns());
    }

    /** Those that the cluster can't do without: a user whose secret is in the way is told so by the user's own object. */
    private static Set<String> missed(Seen seen, TrustObjects objects, Set<String> foreign) {
        Set<String> missed = new TreeSet<>(foreign);
        holders(seen, objects).stream()
                .filter(holder -> holder.owner() instanceof EtcdUser)
                .forEach(holder -> missed.remove(holder.secret()));
        return missed;
    }

    private static List<CertificateHolder> holders(Seen seen, TrustObjects objects) {
        return CertificateHolder.all(seen.cluster(), seen.members().values(), objects.users());
    }

    private TrustState state(TrustReading reading) {
        return new TrustState(reading.view(), reading.state(), engine.decide(reading.view()));
    }

    private static TrustReading read(Seen seen, TrustObjects objects, Set<String> foreign) {
        return new TrustReading(
                seen.cluster(),
                holders(seen, objects),
                objects,
                foreign,
                seen.tls(),
                seen.observation().now());
    }

    private TrustObjects carryOut(TrustReading reading, TrustObjects objects, TrustStep step)
            throws ForeignObjectException {
        TrustView view = reading.view();
        DesiredTrust desired = new DesiredTrust(reading.cluster(), view);
        return switch (step) {
            case TrustStep.None _, TrustStep.Wait _, TrustStep.Blocked _ -> objects;
            case TrustStep.CreateAuthority _ -> {
                Secret secret = desired.secret(AuthorityState.first(desired.authority()));
                yield objects.with(written(secret, null));
            }
            case TrustStep.AddNext _ -> change(reading, objects, state(reading, s -> s.withNext(desired.authority())));
            case TrustStep.MarkKnown _ -> change(reading, objects, state(reading, s -> s.known(view.now())));
            case TrustStep.Promote _ -> change(reading, objects, state(reading, AuthorityState::promoted));
            case TrustStep.Drop _ -> change(reading, objects, state(reading, AuthorityState::dropped));
            case TrustStep.Issue issue -> {
                CertificateHolder holder = reading.holder(issue.holder());
                Secret secret = desired.issued(holder, Objects.requireNonNull(reading.state()));
                yield objects.with(written(secret, reading.secret(holder)));
            }
            case TrustStep.StoreBundle store -> {
                CertificateHolder holder = reading.holder(store.holder());
                Secret found = Objects.requireNonNull(reading.secret(holder));
                Secret secret = desired.trusting(holder, found, Objects.requireNonNull(reading.state()));
                yield objects.with(written(secret, found));
            }
            case TrustStep.Publish _ -> {
                ConfigMap map = desired.published(Objects.requireNonNull(reading.state()));
                yield objects.with(written(map, objects.published()));
            }
        };
    }

    private static AuthorityState state(TrustReading reading, UnaryOperator<AuthorityState> change) {
        return change.apply(Objects.requireNonNull(reading.state()));
    }

    private TrustObjects change(TrustReading reading, TrustObjects objects, AuthorityState state)
            throws ForeignObjectException {
        Secret secret = new DesiredTrust(reading.cluster(), reading.view()).secret(state);
        return objects.with(
                written(secret, objects.secrets().get(secret.getMetadata().getName())));
    }

    private <T extends HasMetadata> T written(T wanted, @Nullable T found) throws ForeignObjectException {
        return writer.write(wanted, found)
                .orElseThrow(
                        () -> new ForeignObjectException(wanted.getMetadata().getName()));
    }

    /** There is an object of the name, and it isn't the cluster's. */
    private static final class ForeignObjectException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String name;

        ForeignObjectException(String name) {
            super(name);
            this.name = name;
        }

        String name() {
            return name;
        }
    }
}
