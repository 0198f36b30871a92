package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is seen of a schedule. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EtcdBackupScheduleStatus(
        @Nullable @JsonPropertyDescription("The last time that was due, RFC 3339.")
        String lastScheduleTime,

        @Nullable @JsonPropertyDescription("The next time, RFC 3339.")
        String nextScheduleTime,

        @Nullable @JsonPropertyDescription("When a backup last succeeded, RFC 3339.")
        String lastSuccessfulTime,

        @Nullable @JsonPropertyDescription("When a backup was last proven, RFC 3339.")
        String lastVerifiedTime,

        @Nullable @JsonPropertyDescription("Backups taken since one was to be proven.")
        Integer sinceVerified,

        @Nullable @JsonPropertyDescription("The last time that a drill was due, RFC 3339.")
        String lastDrillTime,

        @Nullable
        @JsonPropertyDescription("When the backup was complete after which old ones were last let go, RFC 3339.")
        String lastPruneTime,

        @Nullable
        @JsonPropertyDescription(
                "When there should have been another success, two turns after the last one and their timeout, RFC 3339.")
        String overdueTime,

        @JsonPropertyDescription("Backups that run.") List<NameRef> active,
        @JsonPropertyDescription("Conditions by type.") List<Condition> conditions) {

    /** Before anything was seen. */
    public static final EtcdBackupScheduleStatus EMPTY =
            new EtcdBackupScheduleStatus(null, null, null, null, null, null, null, null, List.of(), List.of());

    public EtcdBackupScheduleStatus {
        active = Values.listOf(active);
        conditions = Values.listOf(conditions);
    }
}
