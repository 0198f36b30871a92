package dev.mainstay.operator.cluster.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.trust.Holder.Leaf;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Corners that the simulation doesn't get into. */
class TrustEngineTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final TrustPolicy POLICY = new TrustPolicy(
            Duration.ofHours(60),
            Duration.ofHours(20),
            Duration.ofHours(500),
            Duration.ofHours(100),
            Duration.ofHours(10));
    private static final Ca OLD = new Ca("old", NOW.plus(Duration.ofHours(200)));
    private static final Ca NEW = new Ca("new", NOW.plus(Duration.ofHours(500)));

    private final TrustEngine engine = new TrustEngine();

    @Test
    void overlapLeavesTimeToFinish() {
        assertThat(new TrustPolicy(
                                POLICY.leaf(),
                                POLICY.renewBefore(),
                                POLICY.authority(),
                                POLICY.authorityRenewBefore(),
                                Duration.ofHours(48))
                        .overlap())
                .isEqualTo(Duration.ofHours(25));
    }

    @Test
    void noCertificateOutlastsItsAuthority() {
        Ca soon = new Ca("soon", NOW.plus(Duration.ofHours(10)));
        AuthorityView authority = new AuthorityView(soon, NEW, null, NOW, "soon+new");
        TrustView view = view(authority, "soon+new", new Leaf("1", "soon", soon.end()), "soon+new");

        assertThat(TrustEngine.leafEnd(view, authority)).isEqualTo(soon.end());
        assertThat(engine.decide(view)).as("renewing it gains nothing").isInstanceOf(TrustStep.Wait.class);
    }

    @Test
    void overlapEndsWithTheOldAuthority() {
        Ca ended = new Ca("ended", NOW);
        AuthorityView authority = new AuthorityView(ended, NEW, null, NOW, "ended+new");
        TrustView view = view(authority, "ended+new", new Leaf("1", "ended", NOW), "ended+new");

        assertThat(engine.decide(view)).isEqualTo(new TrustStep.Promote());
    }

    @Test
    void lostAuthorityIsNotReplaced() {
        assertThat(engine.decide(view(null, "old", new Leaf("1", "old", OLD.end()), "old")))
                .isInstanceOf(TrustStep.Blocked.class);
        assertThat(engine.decide(view(null, "", null, ""))).isEqualTo(new TrustStep.CreateAuthority());
    }

    @Test
    void memberThatSaysNothingIsWaitedFor() {
        AuthorityView authority = new AuthorityView(OLD, NEW, null, NOW.minus(Duration.ofHours(50)), "old+new");
        Leaf leaf = new Leaf("1", "old", OLD.end());

        assertThat(engine.decide(view(authority, "old+new", leaf, "old+new"))).isEqualTo(new TrustStep.Promote());
        assertThat(engine.decide(view(authority, "old+new", leaf, null)))
                .isInstanceOfSatisfying(
                        TrustStep.Wait.class, wait -> assertThat(wait.members()).containsExactly("m1"));
    }

    @Test
    void replacementWaitsForAWindowUntilHalfOfItsTimeIsOver() {
        Duration before = POLICY.authorityRenewBefore();
        Ca old = new Ca("old", NOW.plus(before));
        AuthorityView authority = new AuthorityView(old, null, null, null, "old");
        Leaf leaf = new Leaf("1", "old", old.end());
        TrustView free = view(authority, "old", leaf, "old");

        assertThat(engine.decide(free)).isEqualTo(new TrustStep.AddNext());
        assertThat(engine.decide(waiting(free, free.now())))
                .isEqualTo(new TrustStep.Wait(List.of(), "the authority is to be replaced; later"));
        assertThat(engine.decide(waiting(free, NOW.plus(before.dividedBy(2)).minusSeconds(1))))
                .isInstanceOf(TrustStep.Wait.class);
        assertThat(engine.decide(waiting(free, NOW.plus(before.dividedBy(2))))).isEqualTo(new TrustStep.AddNext());
    }

    /** Outside of a window. */
    private static TrustView waiting(TrustView view, Instant now) {
        return new TrustView(
                now,
                view.policy(),
                view.problem(),
                view.authority(),
                view.holders(),
                view.published(),
                view.running(),
                "later");
    }

    @Test
    void certificateOfAStrangerIsReplaced() {
        AuthorityView authority = new AuthorityView(OLD, null, null, null, "old");

        assertThat(engine.decide(view(authority, "old", new Leaf("1", "", NEW.end()), "old")))
                .isInstanceOf(TrustStep.Issue.class);
    }

    /** One member, which reports this bundle; null for nothing. */
    private static TrustView view(
            @Nullable AuthorityView authority, String stored, @Nullable Leaf leaf, @Nullable String reported) {
        Set<String> serials = reported == null || leaf == null ? Set.of() : Set.of(leaf.serial());
        return new TrustView(
                NOW,
                POLICY,
                null,
                authority,
                List.of(new Holder("m1", leaf, stored, true)),
                true,
                List.of(new Running("m1", serials, reported == null ? Set.of() : Set.of(reported))));
    }
}
