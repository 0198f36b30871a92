package dev.mainstay.node.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of an offline tool, as etcdutl takes them: {@code --name value}, {@code --name=value}, {@code --bool}, {@code -w value},
 * and others, which may stand anywhere.
 *
 * @param values by flag
 * @param others in their order
 */
record ToolFlags(Map<String, String> values, List<String> others) {

    private static final String OUTPUT = "write-out";

    /**
     * Reads arguments.
     *
     * @param valued flags that take a value
     * @param switches flags that are given or not
     * @throws ToolException if they can't be understood
     */
    static ToolFlags parse(List<String> arguments, Set<String> valued, Set<String> switches) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("-w")) {
                argument = "--" + OUTPUT;
            }
            if (!argument.startsWith("--")) {
                if (argument.startsWith("-") && argument.length() > 1) {
                    throw ToolException.usage("unknown shorthand flag: " + argument);
                }
                others.add(argument);
                continue;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
            boolean isSwitch = switches.contains(name);
            if (!isSwitch && !valued.contains(name) && !name.equals(OUTPUT)) {
                throw ToolException.usage("unknown flag: --" + name);
            }
            if (equals >= 0) {
                values.put(name, argument.substring(equals + 1));
            } else if (isSwitch) {
                values.put(name, "true");
            } else if (i + 1 < arguments.size()) {
                values.put(name, arguments.get(++i));
            } else {
                throw ToolException.usage("flag needs an argument: --" + name);
            }
        }
        return new ToolFlags(values, others);
    }

    /** Whether a switch is on. */
    boolean isOn(String name) {
        String value = values.getOrDefault(name, "false");
        return switch (value) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw ToolException.usage("invalid argument \"" + value + "\" for --" + name);
        };
    }

    /** A number of 0 or more; 0 if it isn't given. */
    long number(String name) {
        String value = values.getOrDefault(name, "0");
        try {
            long number = Long.parseLong(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw ToolException.usage("invalid argument \"" + value + "\" for --" + name, e);
        }
        throw ToolException.usage("invalid argument \"" + value + "\" for --" + name);
    }

    /** How to print. */
    ToolOutput output() {
        return ToolOutput.of(values.getOrDefault(OUTPUT, "simple"));
    }

    /** The only argument that is no flag. */
    String only(String tool) {
        if (others.size() != 1) {
            throw ToolException.usage(tool + " requires exactly one argument");
        }
        return others.getFirst();
    }
}
