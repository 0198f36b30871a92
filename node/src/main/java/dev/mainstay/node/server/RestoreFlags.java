package dev.mainstay.node.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The flags that say what a restored data directory is to be; etcdutl's. */
final class RestoreFlags {

    private static final Set<String> MEMBER = Set.of(
            "name", "data-dir", "wal-dir", "initial-cluster", "initial-cluster-token", "initial-advertise-peer-urls");

    /** Those with a value. */
    static final Set<String> VALUED =
            Stream.concat(MEMBER.stream(), Stream.of("bump-revision")).collect(Collectors.toUnmodifiableSet());

    private static final String SECURE = "https://";

    /** Leaves as many revisions as anybody can use. */
    private static final long MAX_BUMP = 1L << 62;

    private RestoreFlags() {}

    /** How far to move the newest revision on. */
    static long bump(ToolFlags flags) {
        long bump = flags.number("bump-revision");
        if (bump > MAX_BUMP) {
            throw ToolException.usage("--bump-revision must be at most " + MAX_BUMP);
        }
        if (flags.isOn("mark-compacted") != bump > 0) {
            throw ToolException.usage("--mark-compacted required if --bump-revision > 0, and disallowed otherwise");
        }
        return bump;
    }

    /** The flags of the member that is to be. */
    static List<String> member(ToolFlags flags) {
        List<String> member = new ArrayList<>();
        flags.values().forEach((name, value) -> {
            if (MEMBER.contains(name) && !value.isEmpty()) {
                member.add("--" + name + "=" + value);
            }
        });
        if (flags.values().getOrDefault("initial-advertise-peer-urls", "").startsWith(SECURE)) {
            // Members listen as they are reached; with which certificates is asked only when one starts.
            member.add("--listen-peer-urls=https://localhost:2380");
            member.add("--peer-auto-tls");
        }
        return member;
    }
}
