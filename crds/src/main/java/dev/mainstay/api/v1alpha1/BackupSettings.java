package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** What a schedule backs up and where to; like the spec of a backup, but it may change. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record BackupSettings(
        @Required @JsonPropertyDescription("Cluster to back up.")
        NameRef clusterRef,

        @Required @JsonPropertyDescription("Store that it goes to.")
        NameRef storeRef,

        @Default("PreferFollower") @JsonPropertyDescription("Which member is read.")
        EtcdBackupSpec.Source source,

        @Default("Zstd") @JsonPropertyDescription("Zstd or None.")
        EtcdBackupSpec.Compression compression,

        @Default("3600") @Min(60) @Max(604800) @JsonPropertyDescription("Fails when it takes longer.")
        Integer timeoutSeconds,

        @Default("Checksum") @JsonPropertyDescription("Restore = prove it by restoring it somewhere.")
        EtcdBackupSpec.Verification verification,

        @Default("Retain") @JsonPropertyDescription("Delete removes what is in the store together with this object.")
        DeletionPolicy deletionPolicy) {

    /** Nothing said; not valid. */
    static final BackupSettings EMPTY = new BackupSettings(
            new NameRef(""),
            new NameRef(""),
            EtcdBackupSpec.Source.PREFER_FOLLOWER,
            EtcdBackupSpec.Compression.ZSTD,
            3600,
            EtcdBackupSpec.Verification.CHECKSUM,
            DeletionPolicy.RETAIN);

    public BackupSettings {
        source = Values.or(source, EtcdBackupSpec.Source.PREFER_FOLLOWER);
        compression = Values.or(compression, EtcdBackupSpec.Compression.ZSTD);
        timeoutSeconds = Values.or(timeoutSeconds, 3600);
        verification = Values.or(verification, EtcdBackupSpec.Verification.CHECKSUM);
        deletionPolicy = Values.or(deletionPolicy, DeletionPolicy.RETAIN);
    }
}
