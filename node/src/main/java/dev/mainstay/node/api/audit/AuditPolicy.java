package dev.mainstay.node.api.audit;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.List;
import java.util.Optional;

/**
 * What is recorded. The first rule that fits a call decides; no rule, the default.
 *
 * @param otherwise for calls that no rule fits
 * @param refuses whether a call that must be recorded and can't be is refused, where its rule doesn't say
 */
public record AuditPolicy(List<Rule> rules, AuditLevel otherwise, KeyForm keys, boolean refuses) {

    /** Who, what and when of every call but those that only ask whether we are there. */
    public static final AuditPolicy USUAL = new AuditPolicy(
            List.of(new Rule(
                    AuditLevel.NONE,
                    List.of("grpc.health.v1.Health/*", "grpc.reflection.*"),
                    List.of(),
                    List.of(),
                    Optional.empty())),
            AuditLevel.METADATA,
            KeyForm.CLEAR,
            false);

    public AuditPolicy {
        rules = List.copyOf(rules);
    }

    /**
     * What becomes of some calls.
     *
     * @param methods full names such as {@code etcdserverpb.KV/Put}; {@code *} at an end stands for anything; none for all
     * @param prefixes of keys; none for calls of any keys, or of no keys
     * @param users names; none for everybody, an empty one for who doesn't say who he is
     * @param refuses whether such a call is refused if it can't be recorded
     */
    public record Rule(
            AuditLevel level,
            List<String> methods,
            List<Bytes> prefixes,
            List<String> users,
            Optional<Boolean> refuses) {

        public Rule {
            methods = List.copyOf(methods);
            prefixes = List.copyOf(prefixes);
            users = List.copyOf(users);
        }

        boolean fitsMethod(String method) {
            return methods.isEmpty() || methods.stream().anyMatch(pattern -> fits(pattern, method));
        }

        private boolean fits(String user, List<KeyRange> ranges) {
            return (users.isEmpty() || users.contains(user)) && (prefixes.isEmpty() || fits(ranges));
        }

        /** What must be recorded is so as soon as one key is concerned; what needn't, only if all are. */
        private boolean fits(List<KeyRange> ranges) {
            if (level == AuditLevel.NONE) {
                return !ranges.isEmpty()
                        && ranges.stream()
                                .allMatch(
                                        range -> prefixes.stream().anyMatch(prefix -> Prefixes.covers(prefix, range)));
            }
            return ranges.stream()
                    .anyMatch(range -> prefixes.stream().anyMatch(prefix -> Prefixes.meets(prefix, range)));
        }

        private static boolean fits(String pattern, String method) {
            return pattern.endsWith("*")
                    ? method.startsWith(pattern.substring(0, pattern.length() - 1))
                    : method.equals(pattern);
        }
    }

    /**
     * What a call comes to.
     *
     * @param refuses whether it is refused if it can't be recorded
     */
    public record Decision(AuditLevel level, boolean refuses) {

        /** Whether there is anything to record. */
        public boolean records() {
            return level != AuditLevel.NONE;
        }
    }

    /**
     * Decides on a call.
     *
     * @param user empty for who doesn't say who he is
     * @param ranges the keys that it is about
     */
    public Decision decide(String method, String user, List<KeyRange> ranges) {
        for (Rule rule : rules) {
            if (rule.fitsMethod(method) && rule.fits(user, ranges)) {
                return decision(rule.level(), rule.refuses().orElse(refuses));
            }
        }
        return decision(otherwise, refuses);
    }

    private static Decision decision(AuditLevel level, boolean refuses) {
        return new Decision(level, refuses && level != AuditLevel.NONE);
    }

    /** Whether no call of this method is ever recorded. */
    boolean passesOver(String method) {
        for (Rule rule : rules) {
            if (rule.fitsMethod(method)) {
                if (rule.level() != AuditLevel.NONE) {
                    return false;
                }
                if (rule.prefixes().isEmpty() && rule.users().isEmpty()) {
                    return true;
                }
            }
        }
        return otherwise == AuditLevel.NONE;
    }

    /** Whether a call of this method may be refused for want of a record. */
    boolean mayRefuse(String method) {
        return refuses
                || rules.stream()
                        .anyMatch(rule ->
                                rule.fitsMethod(method) && rule.refuses().orElse(false));
    }
}
