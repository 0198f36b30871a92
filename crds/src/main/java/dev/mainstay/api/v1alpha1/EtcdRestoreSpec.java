package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What to bring back. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self == oldSelf",
        message = "a restore happens once: make another EtcdRestore instead of changing this one")
@ValidationRule(
        value = "self.confirm == self.clusterRef.name",
        message = "this throws away what the cluster holds now: set confirm to the cluster's name if you mean it",
        fieldPath = ".confirm")
public record EtcdRestoreSpec(
        @Required @JsonPropertyDescription("Cluster to bring back.")
        NameRef clusterRef,

        @Required @Size(max = 253) @JsonPropertyDescription("The cluster's name once more: what it holds now is lost.")
        String confirm,

        @Required @JsonPropertyDescription("What is brought back.")
        Source source,

        @Default("Required") @JsonPropertyDescription("Whether what is thrown away is backed up first.")
        SafetyBackup safetyBackup,

        @Default("Bump")
        @JsonPropertyDescription(
                "Bump = revisions go on above all that clients may have seen; Keep = as in the backup.")
        RevisionPolicy revisionPolicy) {

    /** Nothing said; not a valid spec. */
    static final EtcdRestoreSpec EMPTY = new EtcdRestoreSpec(
            new NameRef(""), "", new Source(null, null, null), SafetyBackup.REQUIRED, RevisionPolicy.BUMP);

    public EtcdRestoreSpec {
        safetyBackup = Values.or(safetyBackup, SafetyBackup.REQUIRED);
        revisionPolicy = Values.or(revisionPolicy, RevisionPolicy.BUMP);
    }

    /** What is brought back. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "[has(self.backupRef), has(self.object), has(self.pointInTime)].filter(x, x).size() == 1",
            message = "a restore has one source: set exactly one of backupRef, object and pointInTime")
    public record Source(
            @Nullable @JsonPropertyDescription("A backup that this Kubernetes cluster knows.")
            NameRef backupRef,

            @Nullable @JsonPropertyDescription("A backup by its place in a store.")
            StoredObject object,

            @Nullable @JsonPropertyDescription("The archive at a point in time.")
            StoredPoint pointInTime) {}

    /** A backup by its place in a store. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record StoredObject(
            @Required NameRef storeRef,

            @Required
            @Size(min = 3, max = 1024)
            @Pattern("^.+/[^/]+$")
            @JsonPropertyDescription("Path of the cluster in the store, a slash, and the backup's name or latest.")
            String key) {}

    /** The archive at a point in time. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record StoredPoint(
            @Required NameRef storeRef,

            @Nullable
            @JsonPropertyDescription(
                    "Absent = all that there is: the newest backup, and what the archive holds behind it.")
            PointInTime target) {}

    /** Whether what is thrown away is backed up first. */
    public enum SafetyBackup {
        @JsonProperty("Required")
        REQUIRED,
        @JsonProperty("BestEffort")
        BEST_EFFORT,
        @JsonProperty("Skip")
        SKIP
    }

    /** Which revision the next change gets. */
    public enum RevisionPolicy {
        @JsonProperty("Bump")
        BUMP,
        @JsonProperty("Keep")
        KEEP
    }
}
