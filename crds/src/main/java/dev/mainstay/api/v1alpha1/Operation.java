package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** What is being done to a cluster; written before the first change of each step. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Operation(
        @Required @JsonPropertyDescription("What for.") Type type,

        @Nullable @JsonPropertyDescription("What exactly, for people.")
        String step,

        @Nullable @JsonPropertyDescription("To which member.")
        String member,

        @Nullable @JsonPropertyDescription("Since when, RFC 3339.")
        String startTime,

        @Nullable @JsonPropertyDescription("When it counts as stuck, RFC 3339.")
        String deadline,

        @Nullable @JsonPropertyDescription("How often the step was tried.")
        Integer attempts,

        @Nullable @JsonPropertyDescription("Trace to look at.")
        String traceID) {

    /** Kinds of operations. */
    public enum Type {
        @JsonProperty("Bootstrap")
        BOOTSTRAP,
        @JsonProperty("ScaleOut")
        SCALE_OUT,
        @JsonProperty("ScaleIn")
        SCALE_IN,
        @JsonProperty("Replace")
        REPLACE,
        @JsonProperty("Hibernate")
        HIBERNATE,
        @JsonProperty("Wake")
        WAKE,
        @JsonProperty("Upgrade")
        UPGRADE,
        @JsonProperty("Reconfigure")
        RECONFIGURE,
        @JsonProperty("ResizeVolumes")
        RESIZE_VOLUMES,
        @JsonProperty("RotateTrust")
        ROTATE_TRUST,
        @JsonProperty("Defragment")
        DEFRAGMENT,
        @JsonProperty("ClearAlarm")
        CLEAR_ALARM,
        @JsonProperty("RecoverQuorum")
        RECOVER_QUORUM,
        @JsonProperty("RestoreInPlace")
        RESTORE_IN_PLACE
    }
}
