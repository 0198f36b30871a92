package dev.mainstay.operator.cluster.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Through three lives of authorities, at every moment all who talk to each other trust each other, and no certificate that is in use has
 * ended, wherever the operator is killed. {@code -Dtrust.seeds=5000} runs more seeds, {@code -Dseed=42} just that one.
 */
class TrustSimulationTest {

    private static final int SEEDS = Integer.getInteger("trust.seeds", 100);
    private static final TrustPolicy POLICY = new TrustPolicy(
            Duration.ofHours(60),
            Duration.ofHours(20),
            Duration.ofHours(500),
            Duration.ofHours(150),
            Duration.ofHours(10));
    private static final long TICKS = Duration.ofHours(1300).dividedBy(SimulatedTrust.TICK);

    @Test
    void trustGoesAheadOfCertificates() {
        Long only = Long.getLong("seed");
        long first = only == null ? 1 : only;
        long last = only == null ? SEEDS : only;
        int points = 0;
        for (long seed = first; seed <= last; seed++) {
            points += run(seed, POLICY, new TrustEngine()::decide);
        }

        System.out.println("trust simulation: seeds " + first + " to " + last + ", " + points + " crash points");
    }

    /** Each wait taken away in turn: the simulation notices. */
    @Test
    void noticesPlantedFlaws() {
        TrustEngine engine = new TrustEngine();
        assertThat(noticed(POLICY, impatient(new TrustStep.Promote())))
                .as("signs at once")
                .isTrue();
        assertThat(noticed(POLICY, impatient(new TrustStep.Drop())))
                .as("drops at once")
                .isTrue();
        assertThat(noticed(POLICY, view -> engine.decide(asIf(view, member -> true))))
                .as("doesn't ask members")
                .isTrue();
        assertThat(noticed(
                        POLICY,
                        view -> engine.decide(
                                asIf(view, member -> !member.serials().isEmpty()))))
                .as("asks only whether members answer")
                .isTrue();
        assertThat(noticed(POLICY, view -> engine.decide(with(view, Duration.ofHours(20), Duration.ZERO))))
                .as("gives clients no time")
                .isTrue();
        assertThat(noticed(POLICY, view -> engine.decide(with(view, Duration.ZERO, Duration.ofHours(10)))))
                .as("renews too late")
                .isTrue();
    }

    private static Function<TrustView, TrustStep> impatient(TrustStep hasty) {
        return view -> {
            TrustStep step = new TrustEngine().decide(view);
            AuthorityView authority = view.authority();
            boolean now = authority != null
                    && (hasty instanceof TrustStep.Promote ? authority.next() != null : authority.previous() != null);
            return now && (step instanceof TrustStep.Wait || step instanceof TrustStep.MarkKnown) ? hasty : step;
        };
    }

    /** As if those members used what is in their secrets. */
    private static TrustView asIf(TrustView view, Predicate<Running> members) {
        AuthorityView authority = view.authority();
        UnaryOperator<Running> lie = running -> new Running(
                running.member(),
                view.holders().stream()
                        .filter(holder -> holder.name().equals(running.member()))
                        .map(Holder::leaf)
                        .flatMap(leaf -> leaf == null ? List.<String>of().stream() : List.of(leaf.serial()).stream())
                        .findFirst()
                        .map(Set::of)
                        .orElse(Set.of()),
                authority == null ? Set.of() : Set.of(authority.bundle()));
        return new TrustView(
                view.now(),
                view.policy(),
                view.problem(),
                authority,
                view.holders(),
                view.published(),
                view.running().stream()
                        .map(running -> members.test(running) ? lie.apply(running) : running)
                        .toList());
    }

    private static TrustView with(TrustView view, Duration renewBefore, Duration overlap) {
        TrustPolicy policy =
                new TrustPolicy(POLICY.leaf(), renewBefore, POLICY.authority(), POLICY.authorityRenewBefore(), overlap);
        return new TrustView(
                view.now(), policy, view.problem(), view.authority(), view.holders(), view.published(), view.running());
    }

    private static boolean noticed(TrustPolicy policy, Function<TrustView, TrustStep> engine) {
        for (long seed = 1; seed <= 50; seed++) {
            try {
                var _ = run(seed, policy, engine);
            } catch (AssertionError e) {
                return true;
            }
        }
        return false;
    }

    private static int run(long seed, TrustPolicy policy, Function<TrustView, TrustStep> engine) {
        SimulatedTrust world = new SimulatedTrust(new SplittableRandom(seed), policy, engine);
        try {
            for (long tick = 0; tick < TICKS; tick++) {
                world.tick();
            }
            assertThat(world.replaced).as("authorities replaced").isBetween(2, 4);
        } catch (AssertionError e) {
            throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
        }
        return world.crashPoints;
    }
}
