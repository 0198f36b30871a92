package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a backup. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EtcdBackupStatus(
        @Nullable @JsonPropertyDescription("When it began, RFC 3339.")
        String startTime,

        @Nullable @JsonPropertyDescription("When it ended, RFC 3339.")
        String completionTime,

        @Nullable @JsonPropertyDescription("What was read.") Origin source,

        @Nullable @JsonPropertyDescription("What was stored.")
        Artifact artifact,

        @Nullable @JsonPropertyDescription("How it was proven.")
        Proof verification,

        @JsonPropertyDescription("Conditions by type.") List<Condition> conditions) {

    /** Before anything was seen. */
    public static final EtcdBackupStatus EMPTY = new EtcdBackupStatus(null, null, null, null, null, List.of());

    public EtcdBackupStatus {
        conditions = Values.listOf(conditions);
    }

    /** What was read. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Origin(
            @Nullable String member,
            @Nullable String version,
            @Nullable String clusterID) {}

    /** What was stored. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Artifact(
            @Required @JsonPropertyDescription("Where it lies.")
            String uri,

            @Nullable @JsonPropertyDescription("Its name there, as mainstay backup list shows it.")
            String id,

            @Nullable @JsonPropertyDescription("All that it needs in the store.")
            Long sizeBytes,

            @Nullable @JsonPropertyDescription("What it alone takes up there.")
            Long addedBytes,

            @Nullable String revision,
            @Nullable String compactRevision,

            @Nullable @JsonPropertyDescription("Hash of all keys at that revision, by the member itself.")
            String keyHash,

            @Nullable Boolean encrypted) {}

    /** How it was proven. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Proof(
            @Nullable String time,
            @Nullable String restoredRevision,
            @Nullable Boolean keyHashMatched,
            @Nullable Long durationSeconds) {}
}
