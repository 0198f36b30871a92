package dev.mainstay.node.server.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Turns arguments, environment and config file into settings, with etcd's precedence: a config file stands alone; else a
 * flag or its variable, never both.
 */
public final class SettingsReader {

    private final FlagTable table = new FlagTable();
    private final String versionText;

    /** @param versionText what {@code --version} prints */
    public SettingsReader(String versionText) {
        this.versionText = versionText;
    }

    /** @throws BadSettingException with the one line that says what is wrong */
    public Invocation read(List<String> arguments, Map<String, String> environment) {
        List<String> warnings = new ArrayList<>();
        Map<String, String> flags = new CommandLine(table).parse(arguments);
        if (asked(flags, "help")) {
            return new Invocation.Print(new HelpText(table).text());
        }
        if (asked(flags, "version")) {
            return new Invocation.Print(versionText);
        }
        Environment variables = new Environment(table, environment);
        String file = flags.getOrDefault("config-file", variables.value("config-file"));
        Map<String, String> given;
        if (!file.isEmpty()) {
            given = checked(new ConfigFile(table, warnings::add).read(Path.of(file)), name -> name + " in " + file, 1);
            warnings.add("settings come from " + file + "; flags and environment variables are ignored");
        } else {
            given = new LinkedHashMap<>(checked(flags, name -> "flag -" + name, 2));
            given.putAll(checked(variables.parse(flags.keySet(), warnings::add), variables::nameOf, 1));
        }
        FlagValues values = new FlagValues(table, presentNames(given, warnings));
        SupportCheck.check(table, values, warnings::add);
        return new Invocation.Run(new SettingsAssembly(values, !file.isEmpty(), warnings::add).settings(), warnings);
    }

    private static boolean asked(Map<String, String> flags, String name) {
        return flags.containsKey(name) && !Objects.equals(flags.get(name), "false");
    }

    private interface Naming {
        String of(String flagName);
    }

    /** The same texts, each known to parse. */
    private Map<String, String> checked(Map<String, String> texts, Naming naming, int exitCode) {
        texts.forEach((name, text) -> {
            String present = table.successor(name).orElse(name);
            FlagType type = present.startsWith("gate ")
                    ? FlagType.BOOL
                    : table.find(present).orElseThrow().type();
            try {
                if (text.indexOf('\0') >= 0) {
                    throw new IllegalArgumentException("must not contain the character NUL");
                }
                type.parse(text);
            } catch (IllegalArgumentException e) {
                String line = "invalid value \"" + text + "\" for " + naming.of(name) + ": " + e.getMessage();
                throw exitCode == 2 ? BadSettingException.usage(line) : BadSettingException.value(line);
            }
        });
        return texts;
    }

    /** Old names replaced by their successors; a flag given by both is an error. */
    private Map<String, String> presentNames(Map<String, String> given, List<String> warnings) {
        Map<String, String> present = new TreeMap<>();
        List<String> gates = new ArrayList<>();
        given.forEach((name, text) -> {
            String successor = table.successor(name).orElse(name);
            if (!successor.equals(name)) {
                boolean gate = successor.startsWith("gate ");
                String better = gate ? FlagTable.FEATURE_GATES + "=" + successor.substring(5) + "=" + text : successor;
                warnings.add("--" + name + " is an old name; use --" + better + " instead");
                if (gate) {
                    gates.add(successor.substring(5) + "=" + FlagType.BOOL.parse(text));
                    return;
                }
            }
            if (present.put(successor, text) != null) {
                throw BadSettingException.value(
                        "both --" + successor + " and its old name are set; use only --" + successor);
            }
        });
        if (!gates.isEmpty()) {
            present.merge(FlagTable.FEATURE_GATES, String.join(",", gates), (a, b) -> a + "," + b);
        }
        return present;
    }
}
