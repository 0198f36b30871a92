package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a restore. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EtcdRestoreStatus(
        @Nullable @JsonPropertyDescription("Revision of the source.")
        String restoredRevision,

        @Nullable @JsonPropertyDescription("Revision that the cluster went on with.")
        String resultingRevision,

        @Nullable @JsonPropertyDescription("Name of the source in the store.")
        String sourceID,

        @Nullable @JsonPropertyDescription("Backup of what was thrown away.")
        String safetyBackup,

        @Nullable @JsonPropertyDescription("Incarnation of the cluster that it begins.")
        Integer incarnation,

        @Nullable @JsonPropertyDescription("Id of the cluster from then on.")
        String newClusterID,

        @JsonPropertyDescription("Conditions by type.") List<Condition> conditions) {

    /** Before anything was seen. */
    public static final EtcdRestoreStatus EMPTY = new EtcdRestoreStatus(null, null, null, null, null, null, List.of());

    public EtcdRestoreStatus {
        conditions = Values.listOf(conditions);
    }
}
