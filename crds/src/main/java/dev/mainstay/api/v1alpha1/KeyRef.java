package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Names one key of a Secret or ConfigMap of the same namespace. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record KeyRef(
        @Required @Size(min = 1, max = 253) @JsonPropertyDescription("Name of the object, in the same namespace.")
        String name,

        @Nullable @Size(max = 253) @JsonPropertyDescription("Key within it.")
        String key) {}
