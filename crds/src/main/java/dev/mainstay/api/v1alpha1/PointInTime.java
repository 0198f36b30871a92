package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A revision or a time. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "has(self.timestamp) != has(self.revision)",
        message = "one point is wanted: set either timestamp or revision")
public record PointInTime(
        @Nullable
        @Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")
        @Size(max = 20)
        @JsonPropertyDescription("The last change at or before this time, as 2026-09-01T12:00:00Z.")
        String timestamp,

        @Nullable
        @Pattern("^[0-9]+$")
        @Size(max = 20)
        @JsonPropertyDescription("The last change at or before this revision.")
        String revision,

        @Nullable
        @Pattern("^[0-9a-f]{16}$")
        @Size(max = 16)
        @JsonPropertyDescription(
                "Line of the archive, if several hold the point: a restored cluster has another one than it had before."
                        + " The store's status.recoveryWindow and mainstay archive status name them.")
        String line) {}
