package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects for the Prometheus operator. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Monitoring(
        @Default("true") Boolean podMonitor,
        @Default("true") Boolean prometheusRule,

        @Default("true") @JsonPropertyDescription("A ConfigMap for Grafana's sidecar.")
        Boolean dashboard,

        @Nullable @JsonPropertyDescription("Labels of these objects.")
        Map<String, String> labels) {

    public Monitoring {
        podMonitor = Values.or(podMonitor, true);
        prometheusRule = Values.or(prometheusRule, true);
        dashboard = Values.or(dashboard, true);
        labels = Values.mapOf(labels);
    }
}
