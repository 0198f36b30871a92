package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is seen of a user or role. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EtcdAccessStatus(
        @Nullable @JsonPropertyDescription("Generation of the spec that this speaks of.")
        Long observedGeneration,

        @Nullable
        @JsonPropertyDescription("Whether this object made the user or role, or took it over; only then it changes it.")
        Boolean owned,

        @Nullable @JsonPropertyDescription("Version of the password's secret that the cluster knows.")
        String secretVersion,

        @JsonPropertyDescription("Conditions by type.") List<Condition> conditions) {

    /** Before anything was seen. */
    public static final EtcdAccessStatus EMPTY = new EtcdAccessStatus(null, null, null, List.of());

    public EtcdAccessStatus {
        conditions = Values.listOf(conditions);
    }
}
