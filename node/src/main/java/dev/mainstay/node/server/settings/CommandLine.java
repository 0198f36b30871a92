package dev.mainstay.node.server.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads arguments the way Go's flag package does: {@code -f v}, {@code --f=v}, {@code -bool}, {@code --} ends. */
final class CommandLine {

    private final FlagTable table;

    CommandLine(FlagTable table) {
        this.table = table;
    }

    /** The texts given, by the names used; of a flag given twice the last counts. */
    Map<String, String> parse(List<String> arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("-") || argument.equals("-") || argument.equals("--")) {
                String extra = argument.equals("--") && i + 1 < arguments.size() ? arguments.get(i + 1) : argument;
                throw BadSettingException.value("\"" + extra + "\" is not a valid flag");
            }
            String flag = argument.substring(argument.startsWith("--") ? 2 : 1);
            int equals = flag.indexOf('=');
            String name = equals < 0 ? flag : flag.substring(0, equals);
            if (name.equals("h")) {
                name = "help";
            }
            boolean bool = isBool(name, argument);
            if (equals >= 0) {
                given.put(name, flag.substring(equals + 1));
            } else if (bool) {
                given.put(name, "true");
            } else if (i + 1 < arguments.size()) {
                given.put(name, arguments.get(++i));
            } else {
                throw BadSettingException.usage("flag needs an argument: -" + name);
            }
        }
        return given;
    }

    private boolean isBool(String name, String argument) {
        if (name.isEmpty() || name.startsWith("-") || name.startsWith("=")) {
            throw BadSettingException.usage("bad flag syntax: " + argument);
        }
        String present = table.successor(name).orElse(name);
        if (present.startsWith("gate ")) {
            return true;
        }
        return table.find(present)
                        .orElseThrow(() -> BadSettingException.usage("flag provided but not defined: -" + name))
                        .type()
                == FlagType.BOOL;
    }
}
