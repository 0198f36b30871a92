package dev.mainstay.operator.cluster.report;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus.PodTemplates;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus.Revision;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Maintenance;
import dev.mainstay.operator.report.News;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is told of the way members' pods are made. Pure. */
public final class TemplateReport {

    private TemplateReport() {}

    /** What is new about it; empty for nothing. */
    public static Optional<News> news(
            EtcdCluster cluster, @Nullable PodTemplates before, @Nullable PodTemplates after) {
        Revision offered = before == null ? null : before.available();
        Revision available = after == null ? null : after.available();
        if (available != null && (offered == null || !offered.revision().equals(available.revision()))) {
            return Optional.of(new News(false, "TemplateRevisionAvailable", offer(cluster, available.revision())));
        }
        if (offered != null && after != null && after.current().revision().equals(offered.revision())) {
            return Optional.of(new News(
                    false, "TemplateRevisionAdopted", "members take pods of revision " + offered.revision() + " now"));
        }
        return Optional.empty();
    }

    private static String offer(EtcdCluster cluster, String revision) {
        Maintenance maintenance = cluster.getSpec().maintenance();
        boolean windows = maintenance != null && !maintenance.windows().isEmpty();
        String when = windows
                ? " in the next maintenance window"
                : " with the next change of version or settings, or when you say so: kubectl annotate etcdcluster "
                        + cluster.getMetadata().getName() + " " + MainstayApi.ADOPT_TEMPLATE + "=" + revision
                        + " --overwrite";
        return "this operator makes pods differently, for which no member is restarted at once: they take revision "
                + revision + when;
    }

    /** What a cluster at rest says that nothing is done to. */
    static String idle(PodTemplates templates) {
        Revision available = templates.available();
        return available == null
                ? "nothing to do"
                : "nothing to do; members take revision " + available.revision()
                        + " of their pods with the next change";
    }
}
