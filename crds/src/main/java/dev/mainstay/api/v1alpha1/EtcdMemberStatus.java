package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is seen of a member. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EtcdMemberStatus(
        @Nullable @JsonPropertyDescription("Its id, in hex. A report: decisions look at the member list.")
        String memberID,

        @Nullable @JsonPropertyDescription("What it is to the others.")
        MemberRole role,

        @Nullable @JsonPropertyDescription("The pod that this speaks of.")
        String podUID,

        @Nullable @JsonPropertyDescription("Version that runs.")
        String version,

        @Nullable @JsonPropertyDescription("Size of the data files, bytes.")
        Long dbSize,

        @Nullable @JsonPropertyDescription("Of which in use, bytes.")
        Long dbSizeInUse,

        @Nullable @JsonPropertyDescription("Term of the log.")
        String raftTerm,

        @Nullable @JsonPropertyDescription("Position up to which it has applied the log.")
        String raftAppliedIndex,

        @Nullable
        @JsonPropertyDescription("Revision of its data when it was last looked at; minutes old while it changes.")
        String revision,

        @Nullable @JsonPropertyDescription("When that was, RFC 3339.")
        String revisionTime,

        @Nullable @JsonPropertyDescription("How often its pod was made anew because it didn't serve.")
        Integer recreates,

        @Nullable @JsonPropertyDescription("When it was last defragmented, RFC 3339.")
        String lastDefragmentationTime,

        @Nullable @JsonPropertyDescription("Hash of the CA bundle that it has loaded.")
        String trustBundleHash,

        @Nullable @JsonPropertyDescription("Since when it has not served, RFC 3339; absent while it serves.")
        String unhealthySince,

        @Nullable @JsonPropertyDescription("Since when it has served, RFC 3339; absent while it doesn't.")
        String readySince,

        @Nullable
        @JsonPropertyDescription("Where clients outside of the Kubernetes cluster reach it, by its own service.")
        String externalURL,

        @JsonPropertyDescription("Conditions by type.") List<Condition> conditions) {

    /** Before anything was seen. */
    public static final EtcdMemberStatus EMPTY = new EtcdMemberStatus(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, List.of());

    public EtcdMemberStatus {
        conditions = Values.listOf(conditions);
    }
}
