package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** Continuous archive of changes. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Archive(
        @Required
        @JsonPropertyDescription(
                "Where it goes: that of the backups, which a restore begins with. A volume must be one that pods on all"
                        + " machines can mount.")
        NameRef storeRef,

        @Default("10")
        @Min(1)
        @Max(3600)
        @JsonPropertyDescription("The most that a recovery can lose, beside the time that an upload takes.")
        Integer flushIntervalSeconds,

        @Default("300") @Min(1) @Max(86400) @JsonPropertyDescription("Lag beyond which ArchiveHealthy is False.")
        Integer maxLagSeconds) {

    public Archive {
        flushIntervalSeconds = Values.or(flushIntervalSeconds, 10);
        maxLagSeconds = Values.or(maxLagSeconds, 300);
    }
}
