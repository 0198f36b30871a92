package dev.mainstay.operator.access;

import dev.mainstay.api.v1alpha1.EtcdAccessStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.access.plan.AuthCall;
import dev.mainstay.operator.report.ConditionNews;
import dev.mainstay.operator.report.Conditions;
import dev.mainstay.operator.report.EventLog;
import dev.mainstay.operator.report.News;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.CustomResource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes what is seen of users and roles, only when it says something new, and tells what was done. */
final class Reports {

    private static final String READY = "Ready";

    /** An event has room for so many characters. */
    private static final int LONGEST = 900;

    private final AccessMeans means;
    private final EventLog events;

    Reports(AccessMeans means) {
        this.means = means;
        this.events = new EventLog(means.kubernetes(), means.meters());
    }

    static EtcdAccessStatus status(CustomResource<?, EtcdAccessStatus> object) {
        return Objects.requireNonNullElse(object.getStatus(), EtcdAccessStatus.EMPTY);
    }

    static boolean owned(CustomResource<?, EtcdAccessStatus> object) {
        return Boolean.TRUE.equals(status(object).owned());
    }

    static boolean adopts(CustomResource<?, EtcdAccessStatus> object) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.of());
        return "true".equals(annotations.get(MainstayApi.ADOPT));
    }

    /** Writes down that the object has its name in the cluster, before it changes anything there. */
    <T extends CustomResource<?, EtcdAccessStatus>> void own(T object) {
        EtcdAccessStatus before = status(object);
        write(
                object,
                new EtcdAccessStatus(before.observedGeneration(), true, before.secretVersion(), before.conditions()));
    }

    /** Writes the verdict; {@code secretVersion} is of the password that the cluster knows. */
    <T extends CustomResource<?, EtcdAccessStatus>> void report(
            T object, Verdict verdict, @Nullable String secretVersion) {
        EtcdAccessStatus before = status(object);
        Instant now = means.clock().instant();
        Conditions conditions =
                new Conditions(before.conditions(), now, object.getMetadata().getGeneration());
        conditions.set(READY, verdict.ready(), verdict.reason(), verdict.message());
        EtcdAccessStatus status = new EtcdAccessStatus(
                object.getMetadata().getGeneration(), before.owned(), secretVersion, conditions.list());
        if (!status.equals(before)) {
            write(object, status);
            ConditionNews.of(before.conditions(), status.conditions(), Set.of())
                    .forEach(news -> events.tell(object, news, now));
        }
    }

    private <T extends CustomResource<?, EtcdAccessStatus>> void write(T object, EtcdAccessStatus status) {
        object.setStatus(status);
        T written = means.kubernetes().resource(object).updateStatus();
        object.getMetadata().setResourceVersion(written.getMetadata().getResourceVersion());
    }

    /** Tells what was done; that nothing had been asked for here is a warning: somebody changed it there. */
    void tell(CustomResource<?, EtcdAccessStatus> object, List<AuthCall> calls, boolean asked) {
        if (calls.isEmpty()) {
            return;
        }
        String done = calls.stream().map(AuthCall::told).collect(Collectors.joining(", "));
        String told = done.length() > LONGEST ? done.substring(0, LONGEST) + "..." : done;
        News news = asked || !settled(object)
                ? new News(false, "Changed", told)
                : new News(true, "DriftCorrected", "somebody changed it in the cluster; put back: " + told);
        events.tell(object, news, means.clock().instant());
        means.meters()
                .counter("etcd_operator_access_changes", "kind", object.getKind(), "reason", news.reason())
                .increment(calls.size());
    }

    /** Whether it was as wanted when it was last looked at, and the same is wanted now. */
    private static boolean settled(CustomResource<?, EtcdAccessStatus> object) {
        EtcdAccessStatus status = status(object);
        return Objects.equals(status.observedGeneration(), object.getMetadata().getGeneration())
                && status.conditions().stream()
                        .filter(condition -> READY.equals(condition.getType()))
                        .map(Condition::getReason)
                        .anyMatch(reason -> reason.equals(Verdict.SYNCED) || reason.equals(Verdict.AUTH_DISABLED));
    }
}
