package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** When to take backups, and which to keep. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EtcdBackupScheduleSpec(
        @Required @Size(min = 9, max = 100) @JsonPropertyDescription("When, as in a CronJob.")
        String schedule,

        @Default("Etc/UTC") @Size(max = 64) @JsonPropertyDescription("Zone of the schedule.")
        String timeZone,

        @Default("false") @JsonPropertyDescription("Takes none while true.")
        Boolean suspend,

        @Default("Forbid") @JsonPropertyDescription("What happens when the last one still runs.")
        ConcurrencyPolicy concurrencyPolicy,

        @Default("3600")
        @Min(10)
        @Max(604800)
        @JsonPropertyDescription("A run missed by more than this is dropped, never made up for.")
        Integer startingDeadlineSeconds,

        @Required @JsonPropertyDescription("The backup to take.")
        BackupTemplate backupTemplate,

        @Nullable @JsonPropertyDescription("Which backups stay. Absent = all.")
        Retention retention,

        @Nullable @JsonPropertyDescription("Which backups are proven by restoring them.")
        Verification verification,

        @Nullable @JsonPropertyDescription("How many finished EtcdBackups stay as objects.")
        HistoryLimit historyLimit) {

    /** Nothing said; not a valid spec. */
    static final EtcdBackupScheduleSpec EMPTY = new EtcdBackupScheduleSpec(
            "",
            "Etc/UTC",
            false,
            ConcurrencyPolicy.FORBID,
            3600,
            new BackupTemplate(BackupSettings.EMPTY),
            null,
            null,
            null);

    public EtcdBackupScheduleSpec {
        timeZone = Values.or(timeZone, "Etc/UTC");
        suspend = Values.or(suspend, false);
        concurrencyPolicy = Values.or(concurrencyPolicy, ConcurrencyPolicy.FORBID);
        startingDeadlineSeconds = Values.or(startingDeadlineSeconds, 3600);
    }

    /** What happens when the last one still runs. */
    public enum ConcurrencyPolicy {
        @JsonProperty("Forbid")
        FORBID,
        @JsonProperty("Replace")
        REPLACE
    }

    /** The backup to take. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record BackupTemplate(@Required BackupSettings spec) {}

    /** Which backups stay; one that any rule wants stays. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Retention(
            @Nullable @Min(1) @Max(10000) Integer keepLast,
            @Nullable @Min(1) @Max(10000) Integer keepHourly,
            @Nullable @Min(1) @Max(10000) Integer keepDaily,
            @Nullable @Min(1) @Max(10000) Integer keepWeekly,
            @Nullable @Min(1) @Max(10000) Integer keepMonthly,

            @Nullable
            @Pattern("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$")
            @Size(min = 2, max = 20)
            @JsonPropertyDescription("None older than this stays, but for the newest proven one; as 8760h.")
            String maxAge) {}

    /** Which backups are proven by restoring them. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Verification(
            @Default("7") @Min(1) @Max(1000) @JsonPropertyDescription("Every n-th, when it was made.")
            Integer every,

            @Nullable
            @Size(min = 9, max = 100)
            @JsonPropertyDescription("When to prove the newest backup instead, as in a CronJob, in the same zone.")
            String schedule,

            @Default("Restore") @JsonPropertyDescription("How.")
            EtcdBackupSpec.Verification mode) {

        public Verification {
            every = Values.or(every, 7);
            mode = Values.or(mode, EtcdBackupSpec.Verification.RESTORE);
        }
    }

    /** How many finished EtcdBackups stay as objects. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record HistoryLimit(
            @Default("10") @Min(0) @Max(1000) Integer succeeded,
            @Default("5") @Min(0) @Max(1000) Integer failed) {

        public HistoryLimit {
            succeeded = Values.or(succeeded, 10);
            failed = Values.or(failed, 5);
        }
    }
}
