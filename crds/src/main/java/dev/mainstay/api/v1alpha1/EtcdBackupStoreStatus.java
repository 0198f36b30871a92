package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is seen of a store. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EtcdBackupStoreStatus(
        @Nullable @JsonPropertyDescription("Generation of the spec that this speaks of.")
        Long observedGeneration,

        @Nullable @JsonPropertyDescription("Hash of the spec and secrets that the last probe was made with.")
        String probed,

        @Nullable @JsonPropertyDescription("When the last probe ended, RFC 3339.")
        String probeTime,

        @JsonPropertyDescription("What can be recovered, by path of a cluster.")
        List<Window> recoveryWindow,

        @JsonPropertyDescription("Conditions by type.") List<Condition> conditions) {

    /** Before anything was seen. */
    public static final EtcdBackupStoreStatus EMPTY = new EtcdBackupStoreStatus(null, null, null, List.of(), List.of());

    public EtcdBackupStoreStatus {
        recoveryWindow = Values.listOf(recoveryWindow);
        conditions = Values.listOf(conditions);
    }

    /** What can be recovered of one cluster, as it was last looked at. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Window(
            @Required @JsonPropertyDescription("Of the cluster in the store.")
            String path,

            @Nullable @JsonPropertyDescription("The first moment from which on there is no gap.")
            String firstTime,

            @Nullable @JsonPropertyDescription("The last moment that was archived.")
            String latestTime,

            @Nullable @JsonPropertyDescription("The first revision from which on there is no gap.")
            String firstRevision,

            @Nullable @JsonPropertyDescription("The last revision that was archived.")
            String latestRevision,

            @Nullable @JsonPropertyDescription("Line of the archive that grows.")
            String archiveLine,

            @Nullable @JsonPropertyDescription("Revision behind which the archive has no gap.")
            String sinceRevision,

            @Nullable
            @JsonPropertyDescription("Whether a backup goes on with it, so that what happens now can be restored.")
            Boolean backed,

            @Nullable @JsonPropertyDescription("Whole backups there.")
            Integer fullBackups,

            @Nullable @JsonPropertyDescription("When it was looked at.")
            String time) {}
}
