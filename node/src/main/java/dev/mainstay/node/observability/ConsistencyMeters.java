package dev.mainstay.node.observability;

import dev.mainstay.node.leader.ConsistencyMeter;
import dev.mainstay.node.leader.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the comparisons of members, and the members that were found to differ. */
final class ConsistencyMeters implements ConsistencyMeter {

    private final Map<Subject, Map<Result, Counter>> checks = new EnumMap<>(Subject.class);
    private final Map<Subject, Counter> differing = new EnumMap<>(Subject.class);

    private enum Result {
        AGREED,
        DIFFERING,
        UNDECIDED,
        INCOMPARABLE
    }

    ConsistencyMeters(MeterRegistry registry) {
        for (Subject subject : Subject.values()) {
            Map<Result, Counter> results = new EnumMap<>(Result.class);
            for (Result result : Result.values()) {
                results.put(
                        result,
                        Counter.builder("mainstay_consistency_checks_total")
                                .description("Comparisons of this member's data with the other members', by what they"
                                        + " came to.")
                                .tags("subject", name(subject), "result", name(result))
                                .register(registry));
            }
            checks.put(subject, results);
            differing.put(
                    subject,
                    Counter.builder("mainstay_consistency_differing_members_total")
                            .description("Members that a comparison found to differ from the majority, once per"
                                    + " comparison.")
                            .tags("subject", name(subject))
                            .register(registry));
        }
    }

    @Override
    public void compared(Subject subject, Verdict verdict) {
        Result result = switch (verdict) {
            case Verdict.Agreed _ -> Result.AGREED;
            case Verdict.Differing _ -> Result.DIFFERING;
            case Verdict.Undecided _ -> Result.UNDECIDED;
            case Verdict.Incomparable _ -> Result.INCOMPARABLE;
        };
        count(checks.getOrDefault(subject, Map.of()).get(result), 1);
        if (verdict instanceof Verdict.Differing found) {
            count(differing.get(subject), found.members().size());
        }
    }

    private static void count(@Nullable Counter counter, int times) {
        if (counter != null) {
            counter.increment(times);
        }
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
