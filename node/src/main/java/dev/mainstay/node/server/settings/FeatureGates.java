package dev.mainstay.node.server.settings;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The features that {@code --feature-gates} switches on, where that means something here. */
final class FeatureGates {

    static final String INITIAL_CORRUPT_CHECK = "InitialCorruptCheck";
    static final String COMPACT_HASH_CHECK = "CompactHashCheck";

    /** Switches all features of the first stage at once, those that are named by themselves aside. */
    static final String ALL_ALPHA = "AllAlpha";

    private final Map<String, Boolean> gates = new TreeMap<>();

    /** @param pairs as given, known to parse */
    FeatureGates(List<String> pairs) {
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            gates.put(pair.substring(0, equals), (Boolean) FlagType.BOOL.parse(pair.substring(equals + 1)));
        }
    }

    /** Whether a gate means something here, so that giving it is worth no warning. */
    static boolean isHonoured(String name) {
        return switch (name) {
            case INITIAL_CORRUPT_CHECK, COMPACT_HASH_CHECK, ALL_ALPHA -> true;
            default -> false;
        };
    }

    boolean initialCorruptCheck() {
        return alpha(INITIAL_CORRUPT_CHECK);
    }

    boolean compactHashCheck() {
        return alpha(COMPACT_HASH_CHECK);
    }

    private boolean alpha(String name) {
        return gates.getOrDefault(name, gates.getOrDefault(ALL_ALPHA, false));
    }
}
