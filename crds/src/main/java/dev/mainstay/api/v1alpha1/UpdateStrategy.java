package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** How changes reach the members. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record UpdateStrategy(
        @Default("RollingUpdate")
        @JsonPropertyDescription("RollingUpdate, or OnDelete = a member takes the change when its pod is deleted.")
        Type type,

        @Default("Refuse") @JsonPropertyDescription("OneMinor lets spec.version go down by one minor version.")
        DowngradePolicy downgradePolicy,

        @Default("10")
        @Min(0)
        @Max(3600)
        @JsonPropertyDescription("How long a member must be ready before the next one's turn.")
        Integer readySeconds,

        @Default("9")
        @Min(0)
        @Max(9)
        @JsonPropertyDescription("How many members may take the change; raise it to go on.")
        Integer maxUpdatedMembers,

        @Default("900")
        @Min(60)
        @Max(86400)
        @JsonPropertyDescription("Time for one step before Progressing says DeadlineExceeded.")
        Integer progressDeadlineSeconds) {

    /** When nothing is said. */
    public static final UpdateStrategy DEFAULT =
            new UpdateStrategy(Type.ROLLING_UPDATE, DowngradePolicy.REFUSE, 10, 9, 900);

    public UpdateStrategy {
        type = Values.or(type, Type.ROLLING_UPDATE);
        downgradePolicy = Values.or(downgradePolicy, DowngradePolicy.REFUSE);
        readySeconds = Values.or(readySeconds, 10);
        maxUpdatedMembers = Values.or(maxUpdatedMembers, 9);
        progressDeadlineSeconds = Values.or(progressDeadlineSeconds, 900);
    }

    /** Who starts an update of a member. */
    public enum Type {
        @JsonProperty("RollingUpdate")
        ROLLING_UPDATE,
        @JsonProperty("OnDelete")
        ON_DELETE
    }

    /** Whether a lower version is taken. */
    public enum DowngradePolicy {
        @JsonProperty("Refuse")
        REFUSE,
        @JsonProperty("OneMinor")
        ONE_MINOR
    }
}
