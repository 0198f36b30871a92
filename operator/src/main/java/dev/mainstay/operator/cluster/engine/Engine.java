package dev.mainstay.operator.cluster.engine;

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
            new UpkeepGate(),
            new RollRule(),
            new ScaleRule(),
            new QuarantineRule(),
            new LastPodsRule(),
            new DefragmentRule(),
            new WindowRule());

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
        return new Decision("Nothing", new Action.Idle(), null, null);
    }
}
