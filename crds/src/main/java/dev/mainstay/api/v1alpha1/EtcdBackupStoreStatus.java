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

    /** What can be recovered of one cluster. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Window(
            @Required String path,
            @Nullable String firstTime,
            @Nullable String latestTime,
            @Nullable Integer fullBackups) {}
}
