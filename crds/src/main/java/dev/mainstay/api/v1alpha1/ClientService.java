package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The service for clients. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ClientService(
        @Default("ClusterIP") @JsonPropertyDescription("As in a service.")
        Type type,

        @Nullable @JsonPropertyDescription("Further labels.")
        Map<String, String> labels,

        @Nullable @JsonPropertyDescription("Annotations.") Map<String, String> annotations,

        @Nullable @Size(max = 63) @JsonPropertyDescription("As in a service.")
        String trafficDistribution) {

    /** When nothing is said. */
    public static final ClientService DEFAULT = new ClientService(Type.CLUSTER_IP, null, null, null);

    public ClientService {
        type = Values.or(type, Type.CLUSTER_IP);
        labels = Values.mapOf(labels);
        annotations = Values.mapOf(annotations);
    }

    /** Type of service. */
    public enum Type {
        @JsonProperty("ClusterIP")
        CLUSTER_IP("ClusterIP"),
        @JsonProperty("NodePort")
        NODE_PORT("NodePort"),
        @JsonProperty("LoadBalancer")
        LOAD_BALANCER("LoadBalancer");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        /** As services spell it. */
        public String text() {
            return text;
        }
    }
}
