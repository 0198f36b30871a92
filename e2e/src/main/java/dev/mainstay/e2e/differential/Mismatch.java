package dev.mainstay.e2e.differential;

import java.util.List;

/**
 * Two answers to one step that should be the same and aren't.
 *
 * @param index how many steps were played before it on these servers
 * @param step the step, with symbolic revisions
 * @param expected etcd's answer
 * @param actual ours
 */
public record Mismatch(int index, String step, String expected, String actual) {
    private static final int SHOWN_CHARS = 3_000;

    /** Both answers from the first line on in which they differ. */
    public String describe() {
        List<String> left = expected.lines().toList();
        List<String> right = actual.lines().toList();
        int same = 0;
        while (same < left.size() && same < right.size() && left.get(same).equals(right.get(same))) {
            same++;
        }
        return "step " + index + ": " + step + "\n  etcd: " + shown(left, same) + "\n  ours: " + shown(right, same);
    }

    private static String shown(List<String> lines, int from) {
        String text = String.join("\n        ", lines.subList(from, lines.size()));
        return text.length() > SHOWN_CHARS ? text.substring(0, SHOWN_CHARS) + "..." : text;
    }
}
