package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who may connect. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record NetworkAccess(
        @Default("true") @JsonPropertyDescription("Whether a NetworkPolicy is made.")
        Boolean enabled,

        @Size(max = 32)
        @JsonPropertyDescription("Who may use the client port, as in a NetworkPolicy. Empty = the same namespace.")
        List<PeerRule> clientPeers) {

    /** When nothing is said. */
    public static final NetworkAccess DEFAULT = new NetworkAccess(true, List.of());

    public NetworkAccess {
        enabled = Values.or(enabled, true);
        clientPeers = Values.listOf(clientPeers);
    }

    /** Pods or namespaces by their labels, or addresses. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PeerRule(
            @Nullable @JsonPropertyDescription("Pods with these labels.")
            Map<String, String> podLabels,

            @Nullable @JsonPropertyDescription("Namespaces with these labels. Absent = the cluster's own.")
            Map<String, String> namespaceLabels,

            @Nullable @Size(max = 64) @JsonPropertyDescription("Addresses, as 10.0.0.0/8.")
            String cidr) {}
}
