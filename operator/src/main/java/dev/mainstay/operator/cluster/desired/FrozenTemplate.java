package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus.PodTemplates;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus.Revision;
import dev.mainstay.api.v1alpha1.MainstayApi;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which template members must run. What people change counts at once. That another version of the operator would make other pods of the same spec
 * doesn't: the revision that members have stays theirs, by its name, until they are rolled anyway, a maintenance window comes, or a person says so.
 * How people's changes are told from the operator's: an operator writes down, when it first sees a cluster, what it would make of its spec as it is
 * then; later differences are people's. Pure.
 */
public final class FrozenTemplate {

    private final PodTemplates status;
    private final Rendering now;
    private final boolean held;

    private FrozenTemplate(PodTemplates status, Rendering now, boolean held) {
        this.status = status;
        this.now = now;
        this.held = held;
    }

    /** What else matters for when a revision is taken. */
    public enum Moment {
        /** Nothing. */
        ANY,
        /** A maintenance window is open, or members take another version anyway. */
        WELCOME
    }

    /**
     * That of a cluster.
     *
     * @param now what this operator makes of it
     * @param held whether members aren't told to archive now though the spec says so
     * @param moment whether a revision is taken by itself now
     */
    public static FrozenTemplate of(EtcdCluster cluster, Rendering now, boolean held, Moment moment) {
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        PodTemplates before = status.podTemplate();
        if (before == null || before.current().revision().equals(now.revision())) {
            return taken(before == null ? null : before.current(), now, held);
        }
        Revision current = before.current();
        if (isSame(current, now, held)) {
            return taken(current, now, held);
        }
        Revision offered = before.available();
        boolean first = offered == null || !offered.revision().equals(now.revision());
        boolean changed = first
                ? !Objects.equals(cluster.getMetadata().getGeneration(), status.observedGeneration())
                : isChanged(Objects.requireNonNull(offered), current, now, held);
        if (changed || moment == Moment.WELCOME || now.revision().equals(approved(cluster))) {
            return taken(current, now, held);
        }
        return new FrozenTemplate(new PodTemplates(current, offer(offered, now, held)), now, held);
    }

    private static FrozenTemplate taken(@Nullable Revision known, Rendering now, boolean held) {
        return new FrozenTemplate(new PodTemplates(offer(known, now, held), null), now, held);
    }

    /** While the archive is held up it can't be seen what it would add; what was known of it in the same revision stays. */
    private static Revision offer(@Nullable Revision known, Rendering now, boolean held) {
        String unseen = known == null || !known.revision().equals(now.revision()) ? null : known.archiveHash();
        return new Revision(now.revision(), now.podHash(), held ? unseen : now.archiveHash());
    }

    private static boolean isSame(Revision current, Rendering now, boolean held) {
        return current.podHash().equals(now.podHash())
                && (held ? current.archiveHash() == null : Objects.equals(current.archiveHash(), now.archiveHash()));
    }

    /** Whether people have changed something since this operator first saw the cluster. */
    private static boolean isChanged(Revision offered, Revision current, Rendering now, boolean held) {
        boolean unseen = offered.archiveHash() == null && current.archiveHash() != null;
        return !offered.podHash().equals(now.podHash())
                || !(held || unseen || Objects.equals(offered.archiveHash(), now.archiveHash()));
    }

    private static @Nullable String approved(EtcdCluster cluster) {
        Map<String, String> annotations = cluster.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(MainstayApi.ADOPT_TEMPLATE);
    }

    /** What to remember of it. */
    public PodTemplates status() {
        return status;
    }

    /** Hash of the template that pods must be made from. */
    public String hash() {
        String archive = held || now.archiveHash() == null
                ? null
                : Objects.requireNonNullElse(status.current().archiveHash(), now.archiveHash());
        return join(status.current().podHash(), archive);
    }

    /** The same without what the archive adds. */
    public String baseHash() {
        return status.current().podHash();
    }

    /** Hash of the template that pods are really made from now: once the operator's revision is taken, it is that of {@link #hash}. */
    public String renderedHash() {
        return join(now.podHash(), held ? null : now.archiveHash());
    }

    private String join(String pod, @Nullable String archive) {
        return archive == null ? pod : Hashes.object(List.of(pod, archive, now.contents()));
    }
}
