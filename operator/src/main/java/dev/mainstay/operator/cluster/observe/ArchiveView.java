package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.Archive;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.ArchivePart;
import dev.mainstay.operator.member.ArchiveNumbers;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's archive, as it is wanted and as it is.
 *
 * @param wanted what the spec says; null for none
 * @param part what pods get that are made now; null for nothing
 * @param held why members aren't told to archive though the spec says so; null if they are
 * @param numbers what members say, by name
 * @param window what the store held when it was last looked at; null if nobody has looked
 */
public record ArchiveView(
        @Nullable Archive wanted,
        @Nullable ArchivePart part,
        @Nullable Held held,
        SortedMap<String, ArchiveNumbers> numbers,
        EtcdBackupStoreStatus.@Nullable Window window) {

    /** Of a cluster that isn't archived. */
    public static final ArchiveView NONE = new ArchiveView(null, null, null, new TreeMap<>(), null);

    /**
     * Why nobody is told to archive now. Those who do go on.
     *
     * @param reason one word
     * @param why what is wrong and what to do about it
     * @param passes whether it passes by itself
     */
    public record Held(String reason, String why, boolean passes) {}

    /** With what members say. */
    ArchiveView saying(SortedMap<String, ArchiveNumbers> said) {
        return new ArchiveView(wanted, part, held, said, window);
    }

    /**
     * A pod as it is to be compared with what is wanted. While the archive is held up, it doesn't count whether the pod was made for it: none
     * is made anew for that.
     */
    @Nullable
    Pod compared(@Nullable Pod pod) {
        if (pod == null || held == null || pod.getMetadata().getAnnotations() == null) {
            return pod;
        }
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String base = annotations.get(MainstayApi.TEMPLATE_BASE_HASH);
        return base == null
                ? pod
                : new PodBuilder(pod)
                        .editMetadata()
                        .addToAnnotations(MainstayApi.TEMPLATE_HASH, base)
                        .endMetadata()
                        .build();
    }

    /** The name of who ships; of two that believe they do, who has come further. */
    public Optional<String> shipper() {
        return numbers.entrySet().stream()
                .filter(entry -> entry.getValue().shipping())
                .max(Comparator.comparingLong(entry -> entry.getValue().revision()))
                .map(Map.Entry::getKey);
    }
}
