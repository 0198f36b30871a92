package dev.mainstay.operator.cluster.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a decision was made: what was looked at, and what each rule had to say. Names, versions, sizes and times only, as conditions and events have
 * them. Immutable.
 *
 * @param time when, RFC 3339
 * @param rule the rule that decided
 * @param action what is done; empty for nothing
 * @param operation what it belongs to; null for nothing that is worth a name
 * @param waitsFor kind of what is waited for, as in {@link Action.Blocker}; null for nothing
 * @param why what exactly is waited for; null for nothing
 * @param wanted what the spec asks for
 * @param seen what the members say together
 * @param members the members, a line each
 * @param rules the rules in the order in which they are asked
 */
public record Explanation(
        String time,
        String rule,
        String action,
        @Nullable String operation,
        @Nullable String waitsFor,
        @Nullable String why,
        String wanted,
        String seen,
        List<String> members,
        List<Line> rules) {

    public Explanation {
        members = List.copyOf(members);
        rules = List.copyOf(rules);
    }

    /** What a rule had to say. */
    public enum Verdict {
        /** What it looks for isn't there. */
        PASSED,
        /** It is there, but may not be acted on. */
        HELD_BACK,
        /** It acts. */
        ACTS,
        /** It waits, and all behind it with it. */
        WAITS,
        /** It wasn't asked, as one before it decided. */
        NOT_ASKED;

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * A rule of the table.
     *
     * @param rule its name
     * @param guard what it looks for
     * @param verdict what it had to say
     * @param why what it does, waits for, or is held back by; empty for nothing
     */
    public record Line(String rule, String guard, Verdict verdict, String why) {}

    /** The same where something else than a rule decided: what the engine would have done is held back by that. */
    public Explanation overruled(Decision by) {
        Explanation now = of(by, time, wanted, seen, members, List.of());
        List<Line> lines = new ArrayList<>();
        String instead = by.rule() + ": " + (now.why() == null ? now.action() : now.why());
        for (Line line : rules) {
            boolean decided = line.verdict() == Verdict.ACTS || line.verdict() == Verdict.WAITS;
            lines.add(
                    decided
                            ? new Line(line.rule(), line.guard(), Verdict.HELD_BACK, line.why() + ", but " + instead)
                            : line);
        }
        return of(by, time, wanted, seen, members, lines);
    }

    /** The same at another time. */
    public Explanation at(String other) {
        return new Explanation(other, rule, action, operation, waitsFor, why, wanted, seen, members, rules);
    }

    static Explanation of(
            Decision decision, String time, String wanted, String seen, List<String> members, List<Line> rules) {
        Action.Wait wait = decision.action() instanceof Action.Wait waits ? waits : null;
        boolean acts = wait == null && !(decision.action() instanceof Action.Idle);
        return new Explanation(
                time,
                decision.rule(),
                acts ? decision.action().toString() : "",
                decision.operation() == null
                        ? null
                        : decision.operation().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                wait == null
                        ? null
                        : wait.blocker().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                wait == null ? null : wait.why(),
                wanted,
                seen,
                members,
                rules);
    }

    /** All of it as a table for people, lines that end each. */
    public String text() {
        StringBuilder text = new StringBuilder();
        field(text, "looked at", time);
        field(text, "wanted", wanted);
        field(text, "seen", seen);
        members.forEach(member -> field(text, "", member));
        field(
                text,
                "decided",
                (action.isEmpty() ? why == null ? "nothing to do" : "to wait" : action)
                        + (action.isEmpty() && why == null ? "" : ", by rule " + rule)
                        + (operation == null ? "" : ", for: " + operation));
        if (why != null) {
            field(text, "waits for", waitsFor + ": " + why);
        }
        if (!rules.isEmpty()) {
            text.append("\nrules, in the order in which they are asked:\n");
        }
        for (Line line : rules) {
            text.append(String.format(
                            Locale.ROOT, "  %-10s %-12s if %s", line.verdict().word(), line.rule(), line.guard()))
                    .append(line.why().isEmpty() ? "" : ": " + line.why())
                    .append('\n');
        }
        return text.toString();
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-10s %s", name, value)).append('\n');
    }
}
