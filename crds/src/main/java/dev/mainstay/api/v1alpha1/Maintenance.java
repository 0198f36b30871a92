package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When to do what can wait. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Maintenance(
        @Size(max = 16)
        @JsonPropertyDescription(
                "When what can wait may be done: members rolled, volumes exchanged, the authority replaced, free space"
                        + " returned. Empty = always.")
        List<Window> windows,

        @Nullable @JsonPropertyDescription("Returns free space of the data files. Absent = never by itself.")
        Defragmentation defragmentation) {

    public Maintenance {
        windows = Values.listOf(windows);
    }

    /** A time when work is welcome. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Window(
            @Required @Size(min = 9, max = 100) @JsonPropertyDescription("When it opens, as in a CronJob.")
            String schedule,

            @Required @Min(10) @Max(10080) @JsonPropertyDescription("How long it stays open.")
            Integer durationMinutes,

            @Default("Etc/UTC") @Size(max = 64) @JsonPropertyDescription("Zone of the schedule.")
            String timeZone) {

        public Window {
            timeZone = Values.or(timeZone, "Etc/UTC");
        }
    }

    /** Returns free space of the data files. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Defragmentation(
            @Nullable
            @Size(max = 100)
            @JsonPropertyDescription("When to look, as in a CronJob, in UTC. Absent = only near the quota.")
            String schedule,

            @Nullable @JsonPropertyDescription("Least space worth it. Absent = 200Mi.")
            Quantity minReclaimable,

            @Default("80")
            @Min(1)
            @Max(100)
            @JsonPropertyDescription("Also when the data reaches this percentage of the quota, whatever the time.")
            Integer atQuotaPercent) {

        public Defragmentation {
            atQuotaPercent = Values.or(atQuotaPercent, 80);
        }
    }
}
