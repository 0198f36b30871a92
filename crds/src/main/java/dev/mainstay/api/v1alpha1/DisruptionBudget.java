package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** Whether drains are held up. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DisruptionBudget(
        @Default("true") @JsonPropertyDescription("Whether a PodDisruptionBudget is made.")
        Boolean enabled) {

    public DisruptionBudget {
        enabled = Values.or(enabled, true);
    }
}
