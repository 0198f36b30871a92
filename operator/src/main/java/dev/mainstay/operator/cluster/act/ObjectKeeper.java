package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.Hashes;
import dev.mainstay.operator.cluster.desired.MergePatch;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps objects as wanted beside others who write to them: what nothing is said of stays, what is wanted is put back. A hash of what was wanted, and the
 * labels, annotations and fields of the spec that it had, stand on each object, so that those which aren't wanted any more are taken away. An object that
 * is as wanted is written nothing. Any thread.
 */
public final class ObjectKeeper {

    private static final String HASH = MainstayApi.GROUP + "/desired-hash";
    private static final String KEYS = MainstayApi.GROUP + "/desired-keys";

    /** What others add to, by its name in the list of keys. */
    private static final Map<String, List<String>> SECTIONS = Map.of(
            "labels", List.of("metadata", "labels"),
            "annotations", List.of("metadata", "annotations"),
            "spec", List.of("spec"));

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    /** Beyond this it is forgotten what was written in vain, and tried once more. */
    private static final int IN_VAIN = 10_000;

    /** Versions of objects that aren't as wanted though it was just written: an API server drops what it doesn't know. */
    private final Map<String, String> inVain = new ConcurrentHashMap<>();

    /** What was done to an object. */
    public enum Done {
        /** It is as wanted. */
        NOTHING,
        /** It wasn't there, or something else is wanted than before. */
        WRITTEN,
        /** The same is wanted as before, and somebody had changed it. */
        PUT_BACK
    }

    /** Creates or changes it, if it isn't as wanted; {@code found} is what is there, null for nothing. */
    public <T extends HasMetadata> Done keep(T wanted, Resource<T> place, @Nullable T found) {
        String hash = Hashes.object(wanted);
        Collection<String> keys = keys(wanted);
        Map<String, String> annotations = new TreeMap<>(annotations(wanted));
        annotations.put(HASH, hash);
        if (!keys.isEmpty() || (found != null && annotations(found).containsKey(KEYS))) {
            annotations.put(KEYS, String.join(" ", keys));
        }
        wanted.getMetadata().setAnnotations(annotations);
        if (found == null) {
            var _ = place.create();
            return Done.WRITTEN;
        }
        Map<String, Object> patch = patch(wanted, found, keys);
        String version = hash + " " + found.getMetadata().getResourceVersion();
        String uid = Objects.requireNonNullElse(found.getMetadata().getUid(), "");
        if (patch.isEmpty() || version.equals(inVain.get(uid))) {
            return Done.NOTHING;
        }
        remember(wanted, place.patch(MERGE, Serialization.asJson(patch)), keys, hash);
        return hash.equals(annotations(found).get(HASH)) ? Done.PUT_BACK : Done.WRITTEN;
    }

    private static Map<String, Object> patch(HasMetadata wanted, HasMetadata found, Collection<String> keys) {
        List<String> stale = Stream.of(annotations(found).getOrDefault(KEYS, "").split(" ", -1))
                .filter(key -> !key.isEmpty() && !keys.contains(key))
                .toList();
        Map<String, Object> patch = MergePatch.of(found, wanted);
        for (Map.Entry<String, List<String>> section : SECTIONS.entrySet()) {
            Set<String> there = stale.isEmpty() ? Set.of() : MergePatch.fields(found, section.getValue());
            String prefix = section.getKey() + "/";
            List<String> gone = stale.stream()
                    .filter(key -> key.startsWith(prefix))
                    .map(key -> key.substring(prefix.length()))
                    .filter(there::contains)
                    .toList();
            patch = MergePatch.without(patch, section.getValue(), gone);
        }
        return patch;
    }

    private <T extends HasMetadata> void remember(T wanted, T written, Collection<String> keys, String hash) {
        String uid = Objects.requireNonNullElse(written.getMetadata().getUid(), "");
        if (patch(wanted, written, keys).isEmpty()) {
            inVain.remove(uid);
            return;
        }
        if (inVain.size() >= IN_VAIN) {
            inVain.clear();
        }
        inVain.put(uid, hash + " " + written.getMetadata().getResourceVersion());
    }

    /** Names of what is wanted and isn't on every object, as {@code labels/NAME}. */
    private static Collection<String> keys(HasMetadata wanted) {
        Collection<String> keys = new TreeSet<>();
        SECTIONS.forEach(
                (section, path) -> MergePatch.fields(wanted, path).forEach(field -> keys.add(section + "/" + field)));
        keys.removeIf(key -> key.contains("/" + MainstayApi.GROUP + "/") || key.contains("/app.kubernetes.io/"));
        return keys;
    }

    private static Map<String, String> annotations(HasMetadata object) {
        return Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.of());
    }
}
