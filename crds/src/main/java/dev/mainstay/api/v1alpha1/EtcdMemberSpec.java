package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What is wanted of a member. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self.clusterName == oldSelf.clusterName && self.incarnation == oldSelf.incarnation"
                + " && self.join == oldSelf.join && has(self.volumeClaimName) == has(oldSelf.volumeClaimName)"
                + " && (!has(self.volumeClaimName) || self.volumeClaimName == oldSelf.volumeClaimName)",
        message = "a member keeps its cluster, incarnation, way to join and volume: delete the EtcdMember to have it"
                + " replaced")
public record EtcdMemberSpec(
        @Required @Size(min = 1, max = 40) @JsonPropertyDescription("Cluster that it belongs to. Immutable.")
        String clusterName,

        @Required @Min(1) @JsonPropertyDescription("Incarnation of the cluster that it belongs to. Immutable.")
        Integer incarnation,

        @Required @JsonPropertyDescription("How it came to be. Immutable.")
        Join join,

        @Required @Size(max = 20) @JsonPropertyDescription("Version that its pod must run.")
        String version,

        @Required @Size(max = 64) @JsonPropertyDescription("Hash of the template that its pod must run.")
        String templateHash,

        @Nullable @Size(max = 63) @JsonPropertyDescription("Its volume; absent with EmptyDir. Immutable.")
        String volumeClaimName,

        @Default("false") @JsonPropertyDescription("True while it must have no pod.")
        Boolean suspended) {

    /** Nothing said; not a valid spec. */
    static final EtcdMemberSpec EMPTY = new EtcdMemberSpec("", 1, Join.LEARNER, "", "", null, false);

    public EtcdMemberSpec {
        suspended = Values.or(suspended, false);
    }

    /** How a member came to be. */
    public enum Join {
        @JsonProperty("Bootstrap")
        BOOTSTRAP,
        @JsonProperty("Learner")
        LEARNER,
        @JsonProperty("Restore")
        RESTORE
    }
}
