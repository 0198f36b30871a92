package dev.mainstay.operator.cluster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.ClusterView.Alarm;
import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import dev.mainstay.operator.cluster.engine.Explanation.Line;
import dev.mainstay.operator.cluster.engine.Explanation.Verdict;
import dev.mainstay.operator.cluster.engine.LostQuorum.LogEnd;
import dev.mainstay.operator.cluster.engine.LostQuorum.Machine;
import dev.mainstay.operator.cluster.engine.LostQuorum.Standing;
import dev.mainstay.operator.cluster.engine.MemberView.Answer;
import dev.mainstay.operator.cluster.engine.MemberView.Join;
import dev.mainstay.operator.cluster.engine.MemberView.PodView;
import dev.mainstay.operator.cluster.engine.MemberView.Space;
import dev.mainstay.operator.cluster.engine.MemberView.VolumeView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What people read when they ask why: a file of {@code src/test/resources/explanations} for each scenario, which {@code -Dgolden.write=true} writes
 * anew. Three members, of which the first leads.
 */
class ExplanationTest {

    private static final Path FOLDER = Path.of("src/test/resources/explanations");
    private static final Instant NOW = Instant.parse("2027-01-03T12:00:00Z");
    private static final long GIB = 1L << 30;

    /** A cluster as it is seen, with what differs from one that is as it should be. */
    static final class Sketch {
        List<MemberView> members = List.of(member(1), member(2), member(3));
        int replicas = 3;
        String version = "1.4.2";
        String template = "7c9e";
        boolean paused;
        boolean rolls = true;
        boolean replaces = true;
        int maxUpdated = 9;
        long bytes = 8 * GIB;

        @Nullable
        String id = "769f1c9e0d723d0b";

        boolean agreed = true;

        @Nullable
        Instant lostSince;

        @Nullable
        List<Listed> list;

        List<Alarm> alarms = List.of();
        Upkeep upkeep = Upkeep.ALWAYS;
        Wanted.@Nullable Growth growth;
        LostQuorum loss = LostQuorum.NOTHING;
        Elsewhere elsewhere = Elsewhere.NONE;

        Observation seen() {
            Wanted.Policy policy = new Wanted.Policy(
                    rolls,
                    Duration.ofSeconds(10),
                    maxUpdated,
                    Duration.ofSeconds(900),
                    replaces,
                    Duration.ofSeconds(600),
                    3,
                    Duration.ofSeconds(900),
                    6 * GIB);
            Wanted wanted = new Wanted(
                    "orders",
                    false,
                    paused,
                    replicas,
                    version,
                    template,
                    new Wanted.Volumes(true, bytes, "", false, true, false, growth),
                    policy,
                    0);
            List<Listed> listed = list != null
                    ? list
                    : members.stream()
                            .map(member -> new Listed("id" + member.number(), member.name(), false))
                            .toList();
            return new Observation(
                    NOW,
                    wanted,
                    new Recorded(id, 1, members.size(), lostSince),
                    members,
                    new ClusterView(agreed, listed, alarms),
                    Seed.NONE,
                    loss,
                    upkeep,
                    elsewhere);
        }
    }

    enum Scenario {
        AT_REST(_ -> {}),
        FIRST_MEMBER(s -> {
            s.members = List.of();
            s.id = null;
            s.agreed = false;
        }),
        PAUSED(s -> {
            s.paused = true;
            s.members = List.of(member(1), member(2));
        }),
        ASLEEP(s -> {
            s.replicas = 0;
            s.members = List.of();
        }),
        NEXT_MEMBER_IS_ROLLED(s -> {
            s.version = "1.4.3";
            s.members = List.of(member(1), pod(member(2), "1.4.3"), member(3));
        }),
        ROLL_WAITS_FOR_HEALTH(s -> {
            s.version = "1.4.3";
            s.members = List.of(member(1), silent(pod(member(2), "1.4.3"), 60), member(3));
        }),
        ROLL_WAITS_FOR_A_WINDOW(s -> {
            s.template = "11aa";
            s.upkeep = new Upkeep(false, Instant.parse("2027-01-09T01:00:00Z"), "", null);
        }),
        ROLL_WAITS_FOR_THE_PERSON(s -> {
            s.template = "11aa";
            s.rolls = false;
            s.members = List.of(told(member(1), "11aa"), told(member(2), "11aa"), told(member(3), "11aa"));
        }),
        CANARY(s -> {
            s.version = "1.4.3";
            s.maxUpdated = 1;
            s.members = List.of(member(1), pod(member(2), "1.4.3"), member(3));
        }),
        SKIPPED_VERSION(s -> s.version = "1.6.0"),
        LEARNER(s -> {
            s.members = List.of(member(1), member(2), learner(3));
            s.list = List.of(
                    new Listed("id1", "orders-1", false),
                    new Listed("id2", "orders-2", false),
                    new Listed("id3", "orders-3", true));
        }),
        SICK_MEMBER_IS_GIVEN_TIME(s -> s.members = List.of(member(1), member(2), silent(member(3), 120))),
        SICK_MEMBER_IS_MADE_ANEW(s -> s.members = List.of(member(1), member(2), silent(member(3), 700))),
        SICK_MEMBER_IS_LEFT_TO_PEOPLE(s -> {
            s.replaces = false;
            s.members = List.of(member(1), member(2), recreated(silent(member(3), 700)));
        }),
        QUORUM_MAY_COME_BACK(s -> {
            s.members = List.of(member(1, false), silent(member(2), 60), silent(member(3), 60));
            s.agreed = false;
            s.lostSince = NOW.minusSeconds(60);
        }),
        QUORUM_NEEDS_APPROVAL(s -> {
            s.members = List.of(member(1, false), silent(member(2), 2000), silent(member(3), 2000));
            s.agreed = false;
            s.lostSince = NOW.minusSeconds(2000);
            Standing gone = new Standing(null, NOW.minusSeconds(9000), Machine.LOST, true, 0);
            s.loss = new LostQuorum(
                    new LostQuorum.Policy(false, false, Long.MAX_VALUE),
                    null,
                    null,
                    Map.of(
                            "orders-1",
                            new Standing(new LogEnd(7, 90112, 184467), NOW.minusSeconds(9000), Machine.READY, false, 0),
                            "orders-2",
                            gone,
                            "orders-3",
                            gone),
                    List.of(),
                    List.of(),
                    184470);
        }),
        NO_SPACE(s -> {
            s.alarms = List.of(new Alarm("id2", Alarm.Kind.NOSPACE));
            s.members = List.of(sized(member(1), 6 * GIB), sized(member(2), 6 * GIB), sized(member(3), 6 * GIB));
        }),
        VOLUME_WAS_REFUSED(s -> {
            s.bytes = 16 * GIB;
            s.members = List.of(refused(member(1)), refused(member(2)), refused(member(3)));
        }),
        VOLUMES_ARE_AS_LARGE_AS_THEY_MAY_BE(s -> {
            s.growth = new Wanted.Growth(80, 25, 8 * GIB);
            s.members = List.of(member(1), full(member(2)), member(3));
        }),
        OTHERS_MAY_NOT_LEAVE_YET(s -> {
            s.list = List.of(
                    new Listed("id1", "orders-1", false),
                    new Listed("id2", "orders-2", false),
                    new Listed("id3", "orders-3", false),
                    new Listed("e4", "", false));
            s.elsewhere = new Elsewhere(true, "", "769f1c9e0d723d0b", false, "id1", 4711, Set.of("e4"));
        }),
        NOBODY_TO_JOIN(s -> {
            s.members = List.of();
            s.id = null;
            s.agreed = false;
            s.elsewhere = new Elsewhere(true, "", "", false, "", 0, Set.of());
        }),
        SPARE_MEMBER_CANNOT_GO(s -> {
            s.members = List.of(member(1), silent(member(2), 60), leaving(member(3)));
        });

        @SuppressWarnings("ImmutableEnumChecker")
        private final Consumer<Sketch> change;

        Scenario(Consumer<Sketch> change) {
            this.change = change;
        }

        Observation seen() {
            Sketch sketch = new Sketch();
            change.accept(sketch);
            return sketch.seen();
        }

        String file() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-') + ".txt";
        }
    }

    @ParameterizedTest
    @EnumSource
    void isWhatThePageSays(Scenario scenario) throws IOException {
        String text = new Engine().explain(scenario.seen()).text();
        Path file = FOLDER.resolve(scenario.file());
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
        }

        assertThat(text).isEqualTo(Files.readString(file));
    }

    @Test
    void everyRuleSaysWhatItLooksFor() {
        assertThat(Engine.allRules())
                .allSatisfy(rule -> assertThat(rule.guard()).isNotBlank());
        assertThat(Engine.allRules()).extracting(Rule::name).doesNotHaveDuplicates();
    }

    /** In simulated worlds: the trace is of the decision that was made, and names each rule once, in their order. */
    @Test
    void explanationIsOfTheDecision() {
        Engine engine = new Engine();
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            SimulatedWorld world = new SimulatedWorld(random.split());
            SimulatedOperator operator = new SimulatedOperator(world, engine, random.split(), 0.05);
            world.replicas = 3;
            for (int tick = 0; tick < 200; tick++) {
                Observation seen = world.observe();
                Decision decision = engine.decide(seen);
                Explanation explanation = engine.explain(seen);
                assertThat(explanation.rule()).isEqualTo(decision.rule());
                assertThat(explanation.rules())
                        .extracting(Line::rule)
                        .isEqualTo(Engine.allRules().stream().map(Rule::name).toList());
                assertThat(explanation.rules().stream()
                                .filter(line -> line.verdict() == Verdict.ACTS || line.verdict() == Verdict.WAITS))
                        .hasSize(decision.rule().equals("Nothing") ? 0 : 1);
                var _ = operator.pass(false);
                if (tick == 100) {
                    world.version = "1.1.0";
                    world.replicas = 5;
                }
                world.tick(SimulatedWorld.TICK_SECONDS);
            }
        }
    }

    @Test
    void whatOverrulesTheEngineIsSaid() {
        Sketch sketch = new Sketch();
        sketch.replicas = 5;
        Explanation explanation = new Engine()
                .explain(sketch.seen())
                .overruled(new Decision(
                        "Certificates",
                        new Action.Wait(Action.Blocker.CERTIFICATES, "secret orders-ca is gone"),
                        null,
                        null));

        assertThat(explanation.text())
                .contains(
                        "decided    to wait, by rule Certificates\nwaits for  certificates: secret orders-ca is gone\n")
                .containsPattern("held back +Scale .*CreateMember.*, but Certificates: secret orders-ca is gone");
    }

    private static MemberView member(int number) {
        return member(number, true);
    }

    private static MemberView member(int number, boolean serves) {
        return new MemberView(
                "orders-" + number,
                number,
                number == 1 ? Join.BOOTSTRAP : Join.LEARNER,
                1,
                "1.4.2",
                "7c9e",
                false,
                false,
                true,
                NOW.minusSeconds(9000),
                0,
                serves ? null : NOW.minusSeconds(2000),
                serves ? NOW.minusSeconds(3600) : null,
                new PodView("u" + number, false, false, "1.4.2", "7c9e"),
                new VolumeView(8 * GIB, "", false, false, new Space(8 * GIB, 8 * GIB, GIB, 0)),
                new Answer("id" + number, "769f1c9e0d723d0b", serves ? "id1" : "", serves, 90112, GIB, GIB));
    }

    private static MemberView with(
            MemberView m,
            String version,
            String template,
            boolean leaving,
            int recreates,
            @Nullable Instant unhealthySince,
            @Nullable PodView pod,
            @Nullable VolumeView volume,
            @Nullable Answer answer) {
        return new MemberView(
                m.name(),
                m.number(),
                m.join(),
                m.incarnation(),
                version,
                template,
                m.suspended(),
                leaving,
                m.everSeen(),
                m.created(),
                recreates,
                unhealthySince,
                unhealthySince == null ? m.readySince() : null,
                pod,
                volume,
                answer);
    }

    private static MemberView silent(MemberView m, long seconds) {
        return with(
                m, m.version(), m.templateHash(), m.leaving(), 0, NOW.minusSeconds(seconds), m.pod(), m.volume(), null);
    }

    private static MemberView recreated(MemberView m) {
        return with(m, m.version(), m.templateHash(), false, 3, m.unhealthySince(), m.pod(), m.volume(), m.answer());
    }

    private static MemberView leaving(MemberView m) {
        return with(m, m.version(), m.templateHash(), true, 0, null, m.pod(), m.volume(), m.answer());
    }

    private static MemberView told(MemberView m, String template) {
        return with(m, m.version(), template, false, 0, null, m.pod(), m.volume(), m.answer());
    }

    private static MemberView pod(MemberView m, String version) {
        return with(
                m,
                version,
                m.templateHash(),
                false,
                0,
                null,
                new PodView("v" + m.number(), false, false, version, m.templateHash()),
                m.volume(),
                m.answer());
    }

    private static MemberView learner(int number) {
        MemberView m = member(number);
        return new MemberView(
                m.name(),
                number,
                Join.LEARNER,
                1,
                m.version(),
                m.templateHash(),
                false,
                false,
                true,
                NOW.minusSeconds(60),
                0,
                null,
                NOW.minusSeconds(30),
                m.pod(),
                m.volume(),
                new Answer("id" + number, "769f1c9e0d723d0b", "id1", true, 10, GIB, GIB));
    }

    private static MemberView sized(MemberView m, long bytes) {
        return with(
                m,
                m.version(),
                m.templateHash(),
                false,
                0,
                null,
                m.pod(),
                m.volume(),
                new Answer("id" + m.number(), "769f1c9e0d723d0b", "id1", true, 90112, bytes, bytes));
    }

    private static MemberView refused(MemberView m) {
        VolumeView volume = new VolumeView(8 * GIB, "", false, false, new Space(8 * GIB, 8 * GIB, GIB, 16 * GIB));
        return with(m, m.version(), m.templateHash(), false, 0, null, m.pod(), volume, m.answer());
    }

    private static MemberView full(MemberView m) {
        VolumeView volume = new VolumeView(8 * GIB, "", false, false, new Space(8 * GIB, 8 * GIB, 7 * GIB, 0));
        return with(m, m.version(), m.templateHash(), false, 0, null, m.pod(), volume, m.answer());
    }
}
