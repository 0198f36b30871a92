package dev.mainstay.node.api.audit;

import dev.mainstay.node.common.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads a policy from YAML or JSON. What it doesn't know it refuses: a word that is spelled wrong must not leave a gap in the
 * records.
 */
public final class AuditPolicyFile {

    private static final long MAX_BYTES = 1 << 20;
    private static final Set<String> POLICY = Set.of("rules", "default", "keys", "onFailure");
    private static final Set<String> RULE = Set.of("level", "methods", "prefixes", "users", "onFailure");

    private AuditPolicyFile() {}

    /**
     * The policy in a file.
     *
     * @throws IOException if there is none, with a message for the operator
     */
    public static AuditPolicy read(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException("it is larger than 1 MiB");
            }
            return parse(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new IOException("--audit-policy-file " + file + " doesn't exist", e);
        } catch (YAMLException | IllegalArgumentException e) {
            throw new IOException(
                    "--audit-policy-file " + file + ": "
                            + String.valueOf(e.getMessage())
                                    .replaceAll("\\s+", " ")
                                    .strip(),
                    e);
        }
    }

    /**
     * The policy in a text.
     *
     * @throws IllegalArgumentException if it is none, with the reason
     */
    static AuditPolicy parse(String text) {
        Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        Map<?, ?> policy = map(document, "a policy", POLICY);
        List<AuditPolicy.Rule> rules = new ArrayList<>();
        for (Object rule : list(policy.get("rules"), "rules")) {
            rules.add(rule(map(rule, "a rule", RULE)));
        }
        return new AuditPolicy(
                rules,
                policy.containsKey("default")
                        ? word(AuditLevel.class, policy.get("default"), "default")
                        : AuditLevel.METADATA,
                policy.containsKey("keys") ? word(KeyForm.class, policy.get("keys"), "keys") : KeyForm.CLEAR,
                refuses(policy).orElse(false));
    }

    private static AuditPolicy.Rule rule(Map<?, ?> rule) {
        return new AuditPolicy.Rule(
                word(AuditLevel.class, rule.get("level"), "level"),
                texts(rule, "methods"),
                texts(rule, "prefixes").stream().map(Bytes::utf8).toList(),
                texts(rule, "users"),
                refuses(rule));
    }

    private static Optional<Boolean> refuses(Map<?, ?> map) {
        Object word = map.get("onFailure");
        if (word == null) {
            return Optional.empty();
        }
        return switch (String.valueOf(word)) {
            case "refuse" -> Optional.of(true);
            case "count" -> Optional.of(false);
            default -> throw new IllegalArgumentException("onFailure must be refuse or count, not " + word);
        };
    }

    private static Map<?, ?> map(@Nullable Object value, String what, Set<String> known) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(what + " must be a map");
        }
        for (Object key : map.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException("unknown key " + key + "; " + what + " may have "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        }
        return map;
    }

    private static List<?> list(@Nullable Object value, String what) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw new IllegalArgumentException(what + " must be a list");
        }
        return list;
    }

    private static List<String> texts(Map<?, ?> rule, String name) {
        List<?> values = list(rule.get(name), name);
        if (rule.containsKey(name) && values.isEmpty()) {
            throw new IllegalArgumentException(name + " must not be empty; leave it out to mean all");
        }
        return values.stream().map(String::valueOf).toList();
    }

    private static <E extends Enum<E>> E word(Class<E> type, @Nullable Object value, String what) {
        for (E one : type.getEnumConstants()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(value)) {
                return one;
            }
        }
        throw new IllegalArgumentException(what + " must be one of "
                + String.join(
                        ", ",
                        List.of(type.getEnumConstants()).stream()
                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                .toList())
                + (value == null ? "" : ", not " + value));
    }
}
