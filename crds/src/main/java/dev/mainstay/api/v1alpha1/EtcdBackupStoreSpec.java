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
import org.jspecify.annotations.Nullable;

/** Where backups go. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "[has(self.s3), has(self.gcs), has(self.azure), has(self.volume)].filter(x, x).size() == 1",
        message = "a store is one place: set exactly one of s3, gcs, azure and volume")
public record EtcdBackupStoreSpec(
        @Nullable @JsonPropertyDescription("S3, or what speaks its protocol.")
        S3 s3,

        @Nullable @JsonPropertyDescription("Google Cloud Storage.")
        Gcs gcs,

        @Nullable @JsonPropertyDescription("Azure Blob Storage.")
        Azure azure,

        @Nullable @JsonPropertyDescription("A volume that pods can mount.")
        VolumePath volume,

        @Nullable @JsonPropertyDescription("Encrypts before anything leaves. Absent = off.")
        ClientSideEncryption clientSideEncryption,

        @Nullable @JsonPropertyDescription("Protects objects from deletion for a time.")
        ObjectLock objectLock,

        @Nullable
        @Size(max = 253)
        @JsonPropertyDescription(
                "Account of the pods that use the store, for workload identity. Absent = one without rights, made by the"
                        + " operator.")
        String serviceAccountName) {

    /** Nothing said; not a valid spec. */
    static final EtcdBackupStoreSpec EMPTY = new EtcdBackupStoreSpec(null, null, null, null, null, null, null);

    /** S3, or what speaks its protocol. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record S3(
            @Required @Size(min = 3, max = 63) String bucket,

            @Nullable @Size(max = 512) @JsonPropertyDescription("Begins the name of every object.")
            String prefix,

            @Nullable @Size(max = 63) String region,

            @Nullable @Size(max = 512) @JsonPropertyDescription("URL, if it isn't Amazon's.")
            String endpoint,

            @Default("VirtualHost")
            @JsonPropertyDescription("Whether the bucket is part of the host name or of the path.")
            Addressing addressing,

            @Nullable @JsonPropertyDescription("CA certificates of the endpoint, in a ConfigMap.")
            KeyRef caBundleRef,

            @Nullable
            @JsonPropertyDescription(
                    "Secret with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN. Absent ="
                            + " workload identity.")
            NameRef credentialsSecretRef,

            @Nullable @JsonPropertyDescription("Encryption by the store.")
            ServerSideEncryption serverSideEncryption) {

        public S3 {
            addressing = Values.or(addressing, Addressing.VIRTUAL_HOST);
        }

        /** Where the bucket's name goes. */
        public enum Addressing {
            @JsonProperty("VirtualHost")
            VIRTUAL_HOST,
            @JsonProperty("Path")
            PATH
        }
    }

    /** Encryption by the store. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ServerSideEncryption(
            @Required @Size(min = 1, max = 32) @JsonPropertyDescription("AES256 or aws:kms.")
            String algorithm,

            @Nullable @Size(max = 2048) String keyID) {}

    /** Google Cloud Storage. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Gcs(
            @Required @Size(min = 3, max = 222) String bucket,

            @Nullable @Size(max = 512) @JsonPropertyDescription("Begins the name of every object.")
            String prefix,

            @Nullable @JsonPropertyDescription("Secret with credentials.json. Absent = workload identity.")
            NameRef credentialsSecretRef) {}

    /** Azure Blob Storage. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Azure(
            @Required @Size(min = 3, max = 63) String container,

            @Nullable @Size(max = 512) @JsonPropertyDescription("Begins the name of every object.")
            String prefix,

            @Required @Size(min = 3, max = 24) String storageAccount,

            @Nullable @JsonPropertyDescription("Secret with accountKey. Absent = workload identity.")
            NameRef credentialsSecretRef) {}

    /** A volume that pods can mount. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record VolumePath(
            @Required @Size(min = 1, max = 253) @JsonPropertyDescription("Name of the claim.")
            String claimName,

            @Nullable @Size(max = 512) @JsonPropertyDescription("Directory in it.")
            String path) {}

    /** Encrypts before anything leaves. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ClientSideEncryption(
            @Required
            @JsonPropertyDescription(
                    "Secret with keys, each under its own name: the last by name encrypts, all decrypt.")
            NameRef keySecretRef) {}

    /** Protects objects from deletion for a time. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "self.mode == 'None' || has(self.retainDays)",
            message = "a lock needs a time: set objectLock.retainDays")
    public record ObjectLock(
            @Default("None") @JsonPropertyDescription("None, Governance or Compliance.")
            Mode mode,

            @Nullable @Min(1) @Max(36500) Integer retainDays) {

        public ObjectLock {
            mode = Values.or(mode, Mode.NONE);
        }

        /** Who may still delete. */
        public enum Mode {
            @JsonProperty("None")
            NONE,
            @JsonProperty("Governance")
            GOVERNANCE,
            @JsonProperty("Compliance")
            COMPLIANCE
        }
    }
}
