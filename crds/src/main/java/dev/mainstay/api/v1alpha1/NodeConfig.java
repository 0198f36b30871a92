package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** Settings of the members. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self.electionTimeoutMilliseconds >= 5 * self.heartbeatMilliseconds",
        message = "elections would start by mistake: make electionTimeoutMilliseconds at least 5 times"
                + " heartbeatMilliseconds",
        fieldPath = ".electionTimeoutMilliseconds")
public record NodeConfig(
        @Nullable
        @JsonPropertyDescription(
                "Size of the data beyond which writes are refused. Absent = 75 % of storage.size, 8Gi at most.")
        Quantity backendQuota,

        @Nullable @JsonPropertyDescription("Drops old revisions by itself. Absent = off.")
        AutoCompaction autoCompaction,

        @Nullable @Min(100) @Max(10000000) @JsonPropertyDescription("Log entries between snapshots.")
        Integer snapshotCount,

        @Default("100") @Min(10) @Max(5000) @JsonPropertyDescription("Time between the leader's heartbeats.")
        Integer heartbeatMilliseconds,

        @Default("1000")
        @Min(50)
        @Max(50000)
        @JsonPropertyDescription("Silence after which followers elect another leader.")
        Integer electionTimeoutMilliseconds,

        @Nullable @JsonPropertyDescription("Largest request. Absent = 1536Ki.")
        Quantity maxRequestSize) {

    public NodeConfig {
        heartbeatMilliseconds = Values.or(heartbeatMilliseconds, 100);
        electionTimeoutMilliseconds = Values.or(electionTimeoutMilliseconds, 1000);
    }

    /** Drops old revisions by itself. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "self.mode == 'Periodic' ? self.retention.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$')"
                    + " : self.retention.matches('^[0-9]+$')",
            message =
                    "retention doesn't fit the mode: give a duration such as 1h for Periodic, a number of revisions such as"
                            + " 10000 for Revision",
            fieldPath = ".retention")
    public record AutoCompaction(
            @Default("Periodic") @JsonPropertyDescription("Whether retention is a time or a number of revisions.")
            Mode mode,

            @Required
            @Size(min = 1, max = 20)
            @JsonPropertyDescription("How much history stays: 1h, or 10000 revisions.")
            String retention) {

        public AutoCompaction {
            mode = Values.or(mode, Mode.PERIODIC);
        }

        /** What is counted. */
        public enum Mode {
            @JsonProperty("Periodic")
            PERIODIC("periodic"),
            @JsonProperty("Revision")
            REVISION("revision");

            private final String flag;

            Mode(String flag) {
                this.flag = flag;
            }

            /** As the node's flag spells it. */
            public String flag() {
                return flag;
            }
        }
    }
}
