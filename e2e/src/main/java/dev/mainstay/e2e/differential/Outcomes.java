package dev.mainstay.e2e.differential;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How often which call came to what. Any thread. */
public final class Outcomes {
    /** The outcome of a call that succeeded. */
    public static final String OK = "OK";

    private static final String ERROR = "error ";

    private final Map<String, Map<String, Long>> byLabel = new TreeMap<>();

    /** Counts an answer: its status and text if it is an error, else {@link #OK}. */
    public synchronized void count(String label, String answer) {
        byLabel.computeIfAbsent(label, name -> new TreeMap<>())
                .merge(outcome(answer.lines().findFirst().orElse("")), 1L, Long::sum);
    }

    private static String outcome(String answer) {
        return answer.startsWith(ERROR) ? answer.substring(ERROR.length()) : OK;
    }

    /** How often such a call came to an outcome that begins so. */
    public synchronized long of(String label, String outcome) {
        return byLabel.getOrDefault(label, Map.of()).entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(outcome))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** One line for each label. */
    @Override
    public synchronized String toString() {
        return byLabel.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining("\n"));
    }
}
