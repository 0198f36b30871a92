package dev.mainstay.operator.cluster.desired;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What must be written onto an object so that it has all that is wanted of it, as a JSON merge patch (RFC 7386). Fields that nothing is said of, which
 * API servers and other writers add, are no difference; lists and selectors are taken whole. Pure.
 */
public final class MergePatch {

    private static final String METADATA = "metadata";
    private static final String OWNERS = "ownerReferences";

    /** Atomic by Kubernetes' schemas: one label more is another selection. */
    private static final Set<String> SELECTORS = Set.of("selector", "podSelector", "namespaceSelector", "matchLabels");

    private MergePatch() {}

    /** Empty if nothing lacks. */
    public static Map<String, Object> of(HasMetadata found, HasMetadata wanted) {
        Map<String, Object> there = tree(found);
        Map<String, Object> missing = tree(wanted);
        if (missing.get(METADATA) instanceof Map<?, ?> metadata) {
            missing.put(METADATA, withOwnersOf(there, copy(metadata)));
        }
        return missing(there, missing);
    }

    /** The patch, and beside it these fields of the object at this path taken away. */
    public static Map<String, Object> without(Map<String, Object> patch, List<String> path, Collection<String> fields) {
        if (fields.isEmpty()) {
            return patch;
        }
        Map<String, Object> whole = copy(patch);
        if (path.isEmpty()) {
            fields.forEach(field -> whole.put(field, null));
        } else {
            whole.put(path.getFirst(), without(copy(patch.get(path.getFirst())), path.subList(1, path.size()), fields));
        }
        return whole;
    }

    /** Names of the fields that stand at this path. */
    public static Set<String> fields(HasMetadata object, List<String> path) {
        Map<String, Object> here = tree(object);
        for (String step : path) {
            here = copy(here.get(step));
        }
        return here.keySet();
    }

    /** Others may own it, too. */
    private static Map<String, Object> withOwnersOf(Map<String, Object> found, Map<String, Object> metadata) {
        if (metadata.get(OWNERS) instanceof List<?> wanted
                && copy(found.get(METADATA)).get(OWNERS) instanceof List<?> there) {
            List<Object> owners = new ArrayList<>(there);
            wanted.stream()
                    .filter(owner ->
                            there.stream().noneMatch(other -> uid(other).equals(uid(owner))))
                    .forEach(owners::add);
            metadata.put(OWNERS, owners);
        }
        return metadata;
    }

    private static Object uid(Object owner) {
        return Objects.requireNonNullElse(copy(owner).get("uid"), "");
    }

    private static Map<String, Object> missing(Map<String, Object> found, Map<String, Object> wanted) {
        Map<String, Object> patch = new TreeMap<>();
        wanted.forEach((field, value) -> {
            Object there = found.get(field);
            if (value instanceof Map<?, ?> && there instanceof Map<?, ?>) {
                Map<String, Object> deeper = missing(copy(there), copy(value));
                if (SELECTORS.contains(field)) {
                    Set<String> strange = new TreeSet<>(copy(there).keySet());
                    strange.removeAll(copy(value).keySet());
                    strange.forEach(name -> deeper.put(name, null));
                }
                if (!deeper.isEmpty()) {
                    patch.put(field, deeper);
                }
            } else if (!covers(there, value)) {
                patch.put(field, value);
            }
        });
        return patch;
    }

    private static boolean covers(@Nullable Object found, @Nullable Object wanted) {
        return switch (wanted) {
            case null -> true;
            case Map<?, ?> fields ->
                fields.isEmpty()
                        ? found == null || found instanceof Map<?, ?>
                        : found instanceof Map<?, ?>
                                && missing(copy(found), copy(fields)).isEmpty();
            case List<?> elements -> {
                List<?> there = found instanceof List<?> list ? list : List.of();
                boolean same = there.size() == elements.size();
                for (int i = 0; same && i < elements.size(); i++) {
                    same = covers(there.get(i), elements.get(i));
                }
                yield same;
            }
            default -> found != null && wanted.toString().equals(found.toString());
        };
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> tree(HasMetadata object) {
        return Serialization.unmarshal(Serialization.asJson(object), Map.class);
    }

    /** Fields by name; none of what has no fields. */
    private static Map<String, Object> copy(@Nullable Object fields) {
        Map<String, Object> copy = new TreeMap<>();
        if (fields instanceof Map<?, ?> map) {
            map.forEach((name, value) -> copy.put(String.valueOf(name), value));
        }
        return copy;
    }
}
