package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** What to do about members and quorums that are lost. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Recovery(
        @Nullable @JsonPropertyDescription("A member that is lost while the others have a quorum.")
        MemberReplacement memberReplacement,

        @Nullable @JsonPropertyDescription("Too few members left to agree on anything.")
        QuorumLoss quorumLoss) {

    /** A member that is lost while the others have a quorum. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record MemberReplacement(
            @Default("Automatic") @JsonPropertyDescription("Automatic or Manual.")
            Policy policy,

            @Default("600")
            @Min(30)
            @Max(86400)
            @JsonPropertyDescription("How long a member may be unhealthy before something is done.")
            Integer unhealthySeconds,

            @Default("3")
            @Min(0)
            @Max(20)
            @JsonPropertyDescription("How often its pod is made anew before the member is replaced.")
            Integer maxRecreates) {

        /** When nothing is said. */
        public static final MemberReplacement DEFAULT = new MemberReplacement(Policy.AUTOMATIC, 600, 3);

        public MemberReplacement {
            policy = Values.or(policy, Policy.AUTOMATIC);
            unhealthySeconds = Values.or(unhealthySeconds, 600);
            maxRecreates = Values.or(maxRecreates, 3);
        }
    }

    /** Too few members left to agree on anything. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record QuorumLoss(
            @Default("Manual")
            @JsonPropertyDescription(
                    "Manual = ask; Automatic = rebuild from the best member once the others can't come back.")
            Policy policy,

            @Default("900") @Min(60) @Max(86400) @JsonPropertyDescription("How long to wait for members to come back.")
            Integer afterSeconds,

            @Default("PodGone") @JsonPropertyDescription("What proves that a lost member can't write any more.")
            Fencing fencing,

            @Nullable
            @Pattern("^[0-9]*$")
            @Size(max = 20)
            @JsonPropertyDescription("Ask if more revisions than this could be lost. Absent = any.")
            String maxLostRevisions) {

        /** When nothing is said. */
        public static final QuorumLoss DEFAULT = new QuorumLoss(Policy.MANUAL, 900, Fencing.POD_GONE, null);

        public QuorumLoss {
            policy = Values.or(policy, Policy.MANUAL);
            afterSeconds = Values.or(afterSeconds, 900);
            fencing = Values.or(fencing, Fencing.POD_GONE);
        }
    }

    /** Who decides. */
    public enum Policy {
        @JsonProperty("Automatic")
        AUTOMATIC,
        @JsonProperty("Manual")
        MANUAL
    }

    /** What proves that a lost member can't write any more. */
    public enum Fencing {
        @JsonProperty("PodGone")
        POD_GONE,
        @JsonProperty("NodeOutOfService")
        NODE_OUT_OF_SERVICE
    }
}
