package dev.mainstay.operator.report;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.Hashes;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes events. The same news has the same name, so what is told again is counted, and that once a minute at the most: a step that fails
 * again and again doesn't flood the API server. What can't be written is logged, and stops nothing.
 */
public final class EventLog {

    private static final Logger LOG = Logger.getLogger(EventLog.class);
    private static final String SOURCE = "mainstay-operator";
    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final int CONFLICT = 409;

    private final KubernetesClient kubernetes;
    private final MeterRegistry meters;

    /** Writes by {@code kubernetes}; what is lost is counted in {@code meters}. */
    public EventLog(KubernetesClient kubernetes, MeterRegistry meters) {
        this.kubernetes = kubernetes;
        this.meters = meters;
    }

    /** Tells it of this object, as of this time. */
    public void tell(HasMetadata object, News news, Instant now) {
        tell(object, news, now, null);
    }

    /** The same, with the id of the trace that it is a part of; null for none. Told again, it names the trace that it was last told in. */
    public void tell(HasMetadata object, News news, Instant now, @Nullable String traceId) {
        try {
            write(event(object, news, now.truncatedTo(ChronoUnit.SECONDS).toString(), traceId), now);
        } catch (KubernetesClientException e) {
            meters.counter("etcd_operator_events_lost").increment();
            LOG.warnf("an event couldn't be written: %s (%s)", news.message(), e.getMessage());
        }
    }

    private void write(Event event, Instant now) {
        Resource<Event> place = kubernetes
                .v1()
                .events()
                .inNamespace(event.getMetadata().getNamespace())
                .resource(event);
        try {
            var _ = place.create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
            countAgain(place.get(), event, now);
        }
    }

    private void countAgain(Event told, Event again, Instant now) {
        boolean lately = told == null
                || Instant.parse(told.getLastTimestamp()).plus(AGAIN).isAfter(now);
        if (!lately) {
            var _ = kubernetes
                    .resource(new EventBuilder(told)
                            .editMetadata()
                            .withAnnotations(again.getMetadata().getAnnotations())
                            .endMetadata()
                            .withLastTimestamp(
                                    now.truncatedTo(ChronoUnit.SECONDS).toString())
                            .withCount(Objects.requireNonNullElse(told.getCount(), 1) + 1)
                            .build())
                    .update();
        }
    }

    private static Event event(HasMetadata object, News news, String time, @Nullable String traceId) {
        String uid = Objects.requireNonNullElse(object.getMetadata().getUid(), "");
        String hash = Hashes.object(List.of(uid, news));
        return new EventBuilder()
                .withNewMetadata()
                .withName(object.getMetadata().getName() + "." + hash)
                .withNamespace(object.getMetadata().getNamespace())
                .withAnnotations(traceId == null ? null : Map.of(MainstayApi.TRACE_ID, traceId))
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(object.getApiVersion())
                .withKind(object.getKind())
                .withNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .withUid(object.getMetadata().getUid())
                .endInvolvedObject()
                .withType(news.warning() ? "Warning" : "Normal")
                .withReason(news.reason())
                .withMessage(news.message())
                .withNewSource()
                .withComponent(SOURCE)
                .endSource()
                .withReportingComponent(SOURCE)
                .withFirstTimestamp(time)
                .withLastTimestamp(time)
                .withCount(1)
                .build();
    }
}
