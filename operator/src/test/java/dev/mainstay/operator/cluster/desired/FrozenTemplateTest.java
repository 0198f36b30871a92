package dev.mainstay.operator.cluster.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus.PodTemplates;
import dev.mainstay.operator.cluster.desired.FrozenTemplate.Moment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators come and go, stores fail and come back, people change their minds: members are rolled for the last of these only. */
class FrozenTemplateTest {

    /** A cluster with an archive, looked at again and again. */
    private static final class Story {
        String operator = "r1";
        String pod = "p0";

        @Nullable
        String archive = "a0";

        String contents = "c0";
        boolean held;
        Moment moment = Moment.ANY;
        long generation = 1;
        private @Nullable Long observed;
        private @Nullable PodTemplates remembered;

        FrozenTemplate look() {
            EtcdCluster cluster = Serialization.unmarshal(
                    Serialization.asJson(Map.of(
                            "apiVersion",
                            "mainstay.dev/v1alpha1",
                            "kind",
                            "EtcdCluster",
                            "metadata",
                            Map.of("name", "a", "generation", generation),
                            "status",
                            remembered == null
                                    ? Map.of()
                                    : Map.of(
                                            "observedGeneration",
                                            Objects.requireNonNull(observed),
                                            "podTemplate",
                                            remembered))),
                    EtcdCluster.class);
            FrozenTemplate template = FrozenTemplate.of(
                    cluster,
                    new Rendering(
                            operator,
                            operator + pod,
                            archive == null || held ? null : operator + archive,
                            archive == null || held ? "" : contents),
                    held && archive != null,
                    moment);
            remembered = template.status();
            observed = generation;
            return template;
        }
    }

    private final Story story = new Story();

    @Test
    void keysOfTheStoreThatChangeWithTheOperatorReachMembers() {
        String before = story.look().hash();
        story.operator = "r2";
        story.contents = "c1";
        assertThat(story.look().hash()).isNotEqualTo(before);
        story.contents = "c0";
        assertThat(story.look().hash()).isEqualTo(before);
    }

    @Test
    void archiveThatPeopleAddOrTakeAwayTakesTheRevisionAlong() {
        story.archive = null;
        String before = story.look().hash();
        story.operator = "r2";
        assertThat(story.look().hash()).isEqualTo(before);
        story.archive = "a0";
        story.generation++;
        assertThat(story.look().status().available()).isNull();

        story.operator = "r3";
        story.look();
        assertThat(story.look().status().available()).isNotNull();
        story.archive = null;
        story.generation++;
        FrozenTemplate without = story.look();
        assertThat(without.hash()).isEqualTo("r3p0");
        assertThat(without.status().available()).isNull();
    }

    @Test
    void archiveThatIsHeldUpIsComparedByTheTemplateThatMembersHave() {
        story.look();
        story.operator = "r2";
        story.look();
        story.held = true;
        FrozenTemplate held = story.look();
        assertThat(held.hash()).isEqualTo("r1p0").isEqualTo(held.baseHash());
        assertThat(held.renderedHash()).isEqualTo("r2p0");
    }

    @Test
    void takenIsWhatTheOperatorMakes() {
        story.look();
        story.operator = "r2";
        assertThat(story.look().hash()).isNotEqualTo(story.look().renderedHash());
        story.moment = Moment.WELCOME;
        FrozenTemplate taken = story.look();
        assertThat(taken.hash()).isEqualTo(taken.renderedHash());
        assertThat(taken.status().current().revision()).isEqualTo("r2");
        story.moment = Moment.ANY;
        assertThat(story.look().hash()).isEqualTo(taken.hash());
    }

    @Test
    void revisionIsOfWhatIsMade() {
        String revision = Rendering.revision("mainstay/node", "1.0.0");
        assertThat(Rendering.revision("mainstay/node", "1.0.0")).isEqualTo(revision);
        assertThat(List.of(Rendering.revision("mainstay/node", "1.0.1"), Rendering.revision("other/node", "1.0.0")))
                .doesNotContain(revision)
                .doesNotHaveDuplicates();
    }

    /** What is wanted stays the same for as long as people leave all as it is, and changes with what they change. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1000, 2000, 3000})
    void onlyPeopleRollMembers(long first) {
        for (long seed = first; seed < first + 1000; seed++) {
            onlyPeopleRollMembers(new Random(seed), seed);
        }
    }

    private static void onlyPeopleRollMembers(Random random, long seed) {
        Story story = new Story();
        story.archive = random.nextBoolean() ? "a0" : null;
        FrozenTemplate before = story.look();
        String wanted = before.hash();
        boolean changedWhileHeld = false;
        for (int step = 1; step <= 20; step++) {
            boolean people = false;
            switch (random.nextInt(6)) {
                case 0, 1 -> story.operator = "r" + random.nextInt(4);
                case 2 -> story.held = !story.held;
                case 3 -> {
                    people = true;
                    story.pod = "p" + step;
                    story.generation++;
                }
                case 4 -> {
                    people = story.archive != null && !story.held;
                    story.archive = people ? "a" + step : story.archive;
                    // Else they changed what is no part of a pod.
                    story.generation++;
                }
                default -> {}
            }
            FrozenTemplate now = story.look();
            String when = "seed " + seed + ", step " + step;
            boolean held = story.held && story.archive != null;
            changedWhileHeld |= people && held;
            // Members that were rolled without the archive are rolled for it anyway.
            if (!people && (held || !changedWhileHeld)) {
                assertThat(now.baseHash()).as(when).isEqualTo(before.baseHash());
            }
            if (!held && people) {
                assertThat(now.hash()).as(when).isNotEqualTo(wanted);
            } else if (!held && !changedWhileHeld) {
                assertThat(now.hash()).as(when).isEqualTo(wanted);
            }
            wanted = held ? wanted : now.hash();
            changedWhileHeld &= held;
            before = now;
        }
    }
}
