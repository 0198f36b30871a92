package dev.mainstay.operator.cluster.engine;

import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where simulated operators were killed: a point is the moment before or after an effect of an action, a scenario is what had last happened to the
 * cluster.
 */
final class CrashPoints {

    private final SortedMap<String, SortedMap<String, Integer>> kills = new TreeMap<>();

    void add(String point, String scenario) {
        kills.computeIfAbsent(point, _ -> new TreeMap<>()).merge(scenario, 1, Integer::sum);
    }

    void addAll(CrashPoints others) {
        others.kills.forEach((point, scenarios) -> scenarios.forEach((scenario, times) ->
                kills.computeIfAbsent(point, _ -> new TreeMap<>()).merge(scenario, times, Integer::sum)));
    }

    /** Actions that an operator was killed before, and after. */
    Set<String> actions(String moment) {
        Set<String> actions = new TreeSet<>();
        kills.keySet().stream()
                .filter(point -> point.endsWith(" " + moment))
                .forEach(point -> actions.add(point.replaceFirst("[ /].*", "")));
        return actions;
    }

    /** For the build's log. */
    String summary() {
        Set<String> scenarios = new TreeSet<>();
        kills.values().forEach(by -> scenarios.addAll(by.keySet()));
        long pairs = kills.values().stream().mapToLong(by -> by.size()).sum();
        long times = kills.values().stream()
                .flatMap(by -> by.values().stream())
                .mapToLong(Integer::longValue)
                .sum();
        return String.format(
                Locale.ROOT,
                "%d crash points in %d scenarios, %d pairs, killed %,d times",
                kills.size(),
                scenarios.size(),
                pairs,
                times);
    }
}
