package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterSpec;
import dev.mainstay.api.v1alpha1.MainstayApi;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Volumes that have grown by themselves. How large they are stands on the claims, with the {@code spec.storage.size} that they have outgrown,
 * which stays as its owner wrote it: once it says something else, that counts again. So does what was refused, with when and why. Pure.
 */
public final class GrownStorage {

    /** On a claim: the {@code spec.storage.size} that it has outgrown, bytes. */
    private static final String OUTGROWN = MainstayApi.GROUP + "/outgrown-size";

    /** On a claim: the size that it was refused, bytes, when, and why. */
    private static final String REFUSED = MainstayApi.GROUP + "/refused-size";

    /** So long a refusal is believed. */
    private static final Duration BELIEVED = Duration.ofMinutes(10);

    private static final int LONGEST_REASON = 300;
    private static final int PARTS = 3;

    private GrownStorage() {}

    /**
     * A size that was refused.
     *
     * @param bytes the size
     * @param at when
     * @param why what the API server said
     */
    public record Refusal(long bytes, Instant at, String why) {

        /** Whether it would be refused again, as far as one knows. */
        public boolean stands(Instant now) {
            return at.plus(BELIEVED).isAfter(now);
        }
    }

    /** The cluster with volumes as large as they have become: the same object if they haven't grown by themselves. */
    public static EtcdCluster of(EtcdCluster declared, Collection<PersistentVolumeClaim> claims) {
        long size = Quantities.bytes(declared.getSpec().storage().size());
        long grown = claims.stream()
                .filter(claim ->
                        own(declared, claim) && annotation(claim, OUTGROWN).equals(Long.toString(size)))
                .mapToLong(GrownStorage::requested)
                .max()
                .orElse(0);
        if (grown <= size) {
            return declared;
        }
        EtcdClusterSpec spec = declared.getSpec();
        EtcdCluster cluster = new EtcdCluster();
        cluster.setMetadata(declared.getMetadata());
        cluster.setStatus(declared.getStatus());
        cluster.setSpec(spec.withStorage(spec.storage().withSize(new Quantity(Long.toString(grown)))));
        return cluster;
    }

    /** Those that were retained when a cluster of the same name went are of no account. */
    private static boolean own(EtcdCluster cluster, PersistentVolumeClaim claim) {
        Map<String, String> labels =
                Objects.requireNonNullElse(claim.getMetadata().getLabels(), Map.of());
        return Names.volume(cluster, labels.getOrDefault(MainstayApi.MEMBER_LABEL, ""))
                .equals(claim.getMetadata().getName());
    }

    /** Size asked for, bytes. */
    public static long requested(PersistentVolumeClaim claim) {
        Quantity requested = claim.getSpec().getResources().getRequests().get("storage");
        return requested == null ? 0 : Quantities.bytes(requested);
    }

    /** The claim, asking for so many bytes. */
    public static PersistentVolumeClaim grown(EtcdCluster declared, PersistentVolumeClaim claim, long bytes) {
        return marked(
                declared,
                new PersistentVolumeClaimBuilder(claim)
                        .editMetadata()
                        .removeFromAnnotations(REFUSED)
                        .endMetadata()
                        .editSpec()
                        .editResources()
                        .addToRequests("storage", new Quantity(Long.toString(bytes)))
                        .endResources()
                        .endSpec()
                        .build());
    }

    /** The claim, which says of itself if it is larger than what the spec says. */
    public static PersistentVolumeClaim marked(EtcdCluster declared, PersistentVolumeClaim claim) {
        long size = Quantities.bytes(declared.getSpec().storage().size());
        var builder = new PersistentVolumeClaimBuilder(claim).editMetadata().removeFromAnnotations(OUTGROWN);
        if (requested(claim) > size) {
            builder.addToAnnotations(OUTGROWN, Long.toString(size));
        }
        return builder.endMetadata().build();
    }

    /** The claim, which remembers that it was refused this size. */
    public static PersistentVolumeClaim refused(PersistentVolumeClaim claim, long bytes, Instant now, String why) {
        String reason = why.length() > LONGEST_REASON ? why.substring(0, LONGEST_REASON) : why;
        return new PersistentVolumeClaimBuilder(claim)
                .editMetadata()
                .addToAnnotations(REFUSED, bytes + " " + now + " " + reason)
                .endMetadata()
                .build();
    }

    /** What it was refused last; empty for nothing, or for what it has got since. */
    public static Optional<Refusal> refusal(PersistentVolumeClaim claim) {
        String[] parts = annotation(claim, REFUSED).split(" ", PARTS);
        if (parts.length < PARTS || !parts[0].matches("[0-9]{1,18}") || Long.parseLong(parts[0]) <= requested(claim)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Refusal(Long.parseLong(parts[0]), Instant.parse(parts[1]), parts[2]));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String annotation(PersistentVolumeClaim claim, String name) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(claim.getMetadata().getAnnotations(), Map.of());
        return annotations.getOrDefault(name, "");
    }
}
