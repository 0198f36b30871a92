package dev.mainstay.operator.cluster.engine;

import dev.mainstay.operator.cluster.engine.Explanation.Verdict;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses the one next thing to do, by the first rule that has something to say. Pure: no clock, no I/O, no memory. Order between
 * kinds of work: repair, grow volumes, finish changes of membership, roll, scale, keep house.
 */
public final class Engine {

    private static final List<Rule> RULES = List.of(
            new DeletionRule(),
            new PauseRule(),
            new RecoveryRule(),
            new FormerRule(),
            new MeetRule(),
            new IdentityRule(),
            new GrowVolumesRule(),
            new AutoGrowRule(),
            new HibernateRule(),
            new CorruptRule(),
            new SpaceRule(),
            new LeaveRule(),
            new ExpelledRule(),
            new PodRule(),
            new RollBrokenRule(),
            new QuorumRule(),
            new HealRule(),
            new JoinRule(),
            new HealthGate(),
            new PartRule(),
            new UpkeepGate(),
            new RollRule(),
            new ScaleRule(),
            new QuarantineRule(),
            new LastPodsRule(),
            new DefragmentRule(),
            new WindowRule());

    private static final Decision NOTHING = new Decision("Nothing", new Action.Idle(), null, null);

    private final List<Rule> rules;

    /** With all rules. */
    public Engine() {
        this(RULES);
    }

    Engine(List<Rule> rules) {
        this.rules = rules;
    }

    static List<Rule> allRules() {
        return RULES;
    }

    /** What to do next. */
    public Decision decide(Observation observation) {
        Situation situation = new Situation(observation);
        for (Rule rule : rules) {
            Decision decision = rule.consider(situation);
            if (decision != null) {
                return decision;
            }
        }
        return NOTHING;
    }

    /** Why {@link #decide} says what it does, for people. */
    public Explanation explain(Observation observation) {
        Situation situation = new Situation(observation);
        List<Explanation.Line> lines = new ArrayList<>();
        Decision decision = null;
        for (Rule rule : rules) {
            if (decision != null) {
                lines.add(line(rule, Verdict.NOT_ASKED, ""));
                continue;
            }
            decision = rule.consider(situation);
            if (decision == null) {
                String held = rule.heldBack(situation);
                lines.add(held == null ? line(rule, Verdict.PASSED, "") : line(rule, Verdict.HELD_BACK, held));
            } else if (decision.action() instanceof Action.Wait wait) {
                lines.add(line(rule, Verdict.WAITS, wait.why()));
            } else {
                lines.add(line(rule, Verdict.ACTS, decision.action().toString()));
            }
        }
        Sight sight = new Sight(situation);
        return Explanation.of(
                decision == null ? NOTHING : decision,
                observation.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                sight.wanted(),
                sight.seen(),
                sight.members(),
                lines);
    }

    private static Explanation.Line line(Rule rule, Verdict verdict, String why) {
        return new Explanation.Line(rule.name(), rule.guard(), verdict, why);
    }
}
