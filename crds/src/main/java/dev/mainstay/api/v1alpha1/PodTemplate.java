package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What pods have besides the node itself. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PodTemplate(
        @Nullable @JsonPropertyDescription("Labels and annotations; the operator's own win.")
        Metadata metadata,

        @Nullable @JsonPropertyDescription("The part of a pod's spec that can be set.")
        Spec spec) {

    /** Labels and annotations. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Metadata(
            @Nullable Map<String, String> labels, @Nullable Map<String, String> annotations) {

        public Metadata {
            labels = Values.mapOf(labels);
            annotations = Values.mapOf(annotations);
        }
    }

    /** The part of a pod's spec that can be set. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "!has(self.extraContainers) || self.extraContainers.all(c, c.name != 'node')",
            message = "the name 'node' belongs to the operator's container: rename the extra container",
            fieldPath = ".extraContainers")
    public record Spec(
            @Nullable @JsonPropertyDescription("CPU and memory of the node.")
            Resources resources,

            @Nullable
            @PreserveUnknownFields
            @JsonPropertyDescription("As in a pod. Absent = apart from each other by host and zone, where possible.")
            Affinity affinity,

            @Size(max = 16) @PreserveUnknownFields @JsonPropertyDescription("As in a pod.")
            List<TopologySpreadConstraint> topologySpreadConstraints,

            @Size(max = 32) @JsonPropertyDescription("As in a pod.")
            List<Toleration> tolerations,

            @Nullable @JsonPropertyDescription("As in a pod.")
            Map<String, String> nodeSelector,

            @Nullable @Size(max = 253) @JsonPropertyDescription("As in a pod.")
            String priorityClassName,

            @Nullable @Size(max = 253) @JsonPropertyDescription("As in a pod.")
            String schedulerName,

            @Nullable
            @Size(max = 253)
            @JsonPropertyDescription("Absent = an account of the cluster's own, without a token.")
            String serviceAccountName,

            @Default("60") @Min(1) @Max(3600) @JsonPropertyDescription("Time for a member to hand over and stop.")
            Long terminationGracePeriodSeconds,

            @Size(max = 8) @JsonPropertyDescription("Further containers, as in a pod.")
            List<NamedObject> extraContainers,

            @Size(max = 16) @JsonPropertyDescription("Further volumes, as in a pod.")
            List<NamedObject> extraVolumes) {

        public Spec {
            topologySpreadConstraints = Values.listOf(topologySpreadConstraints);
            tolerations = Values.listOf(tolerations);
            nodeSelector = Values.mapOf(nodeSelector);
            terminationGracePeriodSeconds = Values.or(terminationGracePeriodSeconds, 60L);
            extraContainers = Values.listOf(extraContainers);
            extraVolumes = Values.listOf(extraVolumes);
        }
    }

    /** CPU and memory. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Resources(
            @Nullable @JsonPropertyDescription("What is kept free for it.")
            Map<String, Quantity> requests,

            @Nullable @JsonPropertyDescription("What it never exceeds.")
            Map<String, Quantity> limits) {

        public Resources {
            requests = requests == null ? Map.of() : new TreeMap<>(requests);
            limits = limits == null ? Map.of() : new TreeMap<>(limits);
        }
    }
}
