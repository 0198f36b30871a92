package dev.mainstay.e2e.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Removes network namespaces and devices of test runs that couldn't do so themselves, with the processes left in them. */
final class Leftovers {
    private Leftovers() {}

    /** Those named by this prefix and the id of a process that is gone. */
    static void remove(String prefix) {
        Pattern owned = Pattern.compile("\\b(" + prefix + "(\\d+)[a-z])");
        Matcher names = owned.matcher(everything());
        List<String> gone = new ArrayList<>();
        while (names.find()) {
            if (ProcessHandle.of(Long.parseLong(names.group(2))).isEmpty() && !gone.contains(names.group(1))) {
                gone.add(names.group(1));
            }
        }
        gone.forEach(Leftovers::removeNamed);
    }

    /** Those whose names begin like this. Does nothing where there are none. */
    static void removeNamed(String start) {
        for (String namespace : words(Command.run("ip", "netns", "list"))) {
            if (namespace.startsWith(start)) {
                for (String pid : words(Command.run("ip", "netns", "pids", namespace))) {
                    Command.attempt(List.of("kill", "-9", pid));
                }
                Command.attempt(List.of("ip", "netns", "del", namespace));
            }
        }
        Matcher devices = Pattern.compile("\\d+: (" + start + "\\w+)").matcher(Command.run("ip", "-o", "link"));
        while (devices.find()) {
            // The device of a namespace just removed may be gone by itself.
            Command.attempt(List.of("ip", "link", "del", devices.group(1)));
        }
    }

    private static String everything() {
        return Command.run("ip", "netns", "list") + Command.run("ip", "-o", "link");
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+", -1));
    }
}
