package dev.mainstay.embed;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Flags as the embedding program gives them, {@code --name=value} each, without those that aren't its to give. */
final class GivenFlags {

    private static final Set<String> LOGS = Set.of("log-level", "log-format", "log-outputs");

    private static final Map<String, String> ELSEWHERE = Map.of(
            "name", "the builder has a method for it",
            "data-dir", "the builder has a method for it",
            "config-file", "give the flags themselves",
            "help", "nothing is printed here",
            "version", "nothing is printed here");

    private final Map<String, String> values = new LinkedHashMap<>();

    /** @throws EmbedException if one isn't of that form or isn't to be given */
    GivenFlags(List<String> flags) {
        for (String flag : flags) {
            int equals = flag.indexOf('=');
            if (!flag.startsWith("--") || equals < 0) {
                throw new EmbedException("flags must be given as --name=value: \"" + flag + "\"");
            }
            String name = flag.substring(2, equals);
            if (LOGS.contains(name)) {
                throw refused(name, "where logs go and how much is logged is for the program to say");
            }
            if (ELSEWHERE.containsKey(name)) {
                throw refused(name, String.valueOf(ELSEWHERE.get(name)));
            }
            values.put(name, flag.substring(equals + 1));
        }
    }

    /** @throws EmbedException if any of these is given */
    void refuse(Set<String> names, String why) {
        for (String name : values.keySet()) {
            if (names.contains(name)) {
                throw refused(name, why);
            }
        }
    }

    private static EmbedException refused(String name, String why) {
        return new EmbedException("--" + name + " can't be given to an embedded member: " + why);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** Of URLs for clients, as far as the flags of certificates tell. */
    String clientScheme() {
        return scheme("cert-file", "auto-tls");
    }

    /** Of URLs for other members, as far as the flags of certificates tell. */
    String peerScheme() {
        return scheme("peer-cert-file", "peer-auto-tls");
    }

    private String scheme(String certificate, String automatic) {
        return has(certificate) || Boolean.parseBoolean(values.get(automatic)) ? "https" : "http";
    }

    /** The arguments of a member: these flags and, of the others, those that aren't among them. */
    List<String> over(Map<String, String> others) {
        Map<String, String> all = new LinkedHashMap<>(others);
        all.putAll(values);
        return all.entrySet().stream()
                .map(flag -> "--" + flag.getKey() + "=" + flag.getValue())
                .toList();
    }
}
