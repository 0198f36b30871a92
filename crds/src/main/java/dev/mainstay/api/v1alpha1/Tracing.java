package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Where members send traces to. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Tracing(
        @Required @Size(min = 1, max = 512) @JsonPropertyDescription("OTLP endpoint.")
        String endpoint,

        @Default("10") @Min(0) @Max(1000) @JsonPropertyDescription("How many of 1000 requests are traced.")
        Integer samplePerMille) {

    public Tracing {
        samplePerMille = Values.or(samplePerMille, 10);
    }
}
