package dev.mainstay.node.server.settings;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Reads settings from {@code ETCD_*} and {@code MAINSTAY_*} variables; an empty one counts as not set. */
final class Environment {

    private static final List<String> PREFIXES = List.of("ETCD_", "MAINSTAY_");

    /** Read by the launcher and others, not settings of the server. */
    private static final Set<String> NOT_OURS = Set.of("MAINSTAY_JAVA_OPTS", "MAINSTAY_HOME", "MAINSTAY_JAVA_HOME");

    private final FlagTable table;
    private final Map<String, String> variables;

    Environment(FlagTable table, Map<String, String> variables) {
        this.table = table;
        this.variables = variables;
    }

    /** The variable that sets a flag and its value; empty text if there is none. */
    String value(String flagName) {
        String found = "";
        for (String prefix : PREFIXES) {
            String value = variables.getOrDefault(variable(prefix, flagName), "");
            if (!value.isEmpty() && !found.isEmpty()) {
                throw BadSettingException.value("conflicting environment variables \"" + variable("ETCD_", flagName)
                        + "\" and \"" + variable("MAINSTAY_", flagName) + "\" (unset one of them)");
            }
            found = value.isEmpty() ? found : value;
        }
        return found;
    }

    /** The texts given, by flag name; a flag also in {@code byFlag} is an error, as in etcd. */
    Map<String, String> parse(Set<String> byFlag, Consumer<String> warnings) {
        Map<String, String> given = new LinkedHashMap<>();
        Set<String> known = new HashSet<>(NOT_OURS);
        for (String name : table.names()) {
            PREFIXES.forEach(prefix -> known.add(variable(prefix, name)));
            if (name.equals("version") || name.equals("help")) {
                continue;
            }
            String value = value(name);
            if (value.isEmpty()) {
                continue;
            }
            if (byFlag.contains(name)) {
                throw BadSettingException.value("conflicting environment variable \"" + nameOf(name)
                        + "\" is shadowed by corresponding command-line flag"
                        + " (either unset environment variable or disable flag)");
            }
            given.put(name, value);
        }
        for (String variable : new TreeSet<>(variables.keySet())) {
            if (PREFIXES.stream().anyMatch(variable::startsWith) && !known.contains(variable)) {
                warnings.accept("unrecognized environment variable " + variable);
            }
        }
        return given;
    }

    /** The name of the variable by which a flag was set. */
    String nameOf(String flagName) {
        return PREFIXES.stream()
                .map(prefix -> variable(prefix, flagName))
                .filter(variable -> !variables.getOrDefault(variable, "").isEmpty())
                .findFirst()
                .orElse(variable("ETCD_", flagName));
    }

    private static String variable(String prefix, String flagName) {
        return prefix + flagName.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
