package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** What to back up and where to. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self == oldSelf",
        message = "a backup is taken once: make another EtcdBackup instead of changing this one")
public record EtcdBackupSpec(
        @Required @JsonPropertyDescription("Cluster to back up.")
        NameRef clusterRef,

        @Required @JsonPropertyDescription("Store that it goes to.")
        NameRef storeRef,

        @Default("PreferFollower") @JsonPropertyDescription("Which member is read.")
        Source source,

        @Default("Zstd") @JsonPropertyDescription("Zstd or None.")
        Compression compression,

        @Default("3600") @Min(60) @Max(604800) @JsonPropertyDescription("Fails when it takes longer.")
        Integer timeoutSeconds,

        @Default("Checksum") @JsonPropertyDescription("Restore = prove it by restoring it somewhere.")
        Verification verification,

        @Default("Retain") @JsonPropertyDescription("Delete removes what is in the store together with this object.")
        DeletionPolicy deletionPolicy) {

    /** Nothing said; not a valid spec. */
    static final EtcdBackupSpec EMPTY = new EtcdBackupSpec(
            new NameRef(""),
            new NameRef(""),
            Source.PREFER_FOLLOWER,
            Compression.ZSTD,
            3600,
            Verification.CHECKSUM,
            DeletionPolicy.RETAIN);

    public EtcdBackupSpec {
        source = Values.or(source, Source.PREFER_FOLLOWER);
        compression = Values.or(compression, Compression.ZSTD);
        timeoutSeconds = Values.or(timeoutSeconds, 3600);
        verification = Values.or(verification, Verification.CHECKSUM);
        deletionPolicy = Values.or(deletionPolicy, DeletionPolicy.RETAIN);
    }

    /** Which member is read. */
    public enum Source {
        @JsonProperty("PreferFollower")
        PREFER_FOLLOWER,
        @JsonProperty("Leader")
        LEADER,
        @JsonProperty("Any")
        ANY
    }

    /** How it is packed. */
    public enum Compression {
        @JsonProperty("Zstd")
        ZSTD,
        @JsonProperty("None")
        NONE
    }

    /** How it is proven. */
    public enum Verification {
        @JsonProperty("Checksum")
        CHECKSUM,
        @JsonProperty("Restore")
        RESTORE,
        @JsonProperty("None")
        NONE
    }
}
