package dev.mainstay.node.objectstore;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What can be said of a place beside its URL. */
public enum StoreOption {
    ENDPOINT_URL(
            "endpoint-url", false, "where the store answers, if not at its cloud's own address", "s3", "gs", "azblob"),
    CA_BUNDLE(
            "ca-bundle",
            false,
            "PEM file of the certificate authorities to trust, instead of Java's",
            "s3",
            "gs",
            "azblob"),
    REGION("region", false, "the bucket's region, if the environment doesn't say", "s3"),
    PATH_STYLE("path-style", true, "name the bucket in the path, not in the host name", "s3"),
    ACCESS_KEY_FILE("access-key-file", false, "file of the access key's id", "s3"),
    SECRET_KEY_FILE("secret-key-file", false, "file of the secret access key", "s3"),
    SESSION_TOKEN_FILE("session-token-file", false, "file of the session token of temporary keys", "s3"),
    PROFILE("profile", false, "profile in the AWS configuration and credential files", "s3"),
    SSE("sse", false, "encryption by the store: AES256 or aws:kms", "s3"),
    KMS_KEY_ID("kms-key-id", false, "the key of aws:kms, if not the bucket's", "s3"),
    STORAGE_CLASS("storage-class", false, "storage class of new objects, if not the bucket's", "s3", "gs"),
    CREDENTIALS_FILE("credentials-file", false, "JSON file of a service account or a workload identity", "gs"),
    ACCOUNT("account", false, "the storage account", "azblob"),
    ACCOUNT_KEY_FILE("account-key-file", false, "file of the storage account's key", "azblob"),
    SAS_TOKEN_FILE("sas-token-file", false, "file of a shared access signature", "azblob"),
    CONNECTION_STRING_FILE(
            "connection-string-file", false, "file of the storage account's connection string", "azblob");

    private final String flag;
    private final boolean isSwitch;
    private final String purpose;
    /** The schemes of places that have it, with spaces between. */
    private final String schemes;

    StoreOption(String flag, boolean isSwitch, String purpose, String... schemes) {
        this.flag = flag;
        this.isSwitch = isSwitch;
        this.purpose = purpose;
        this.schemes = String.join(" ", schemes);
    }

    /** The flag without dashes. */
    public String flag() {
        return flag;
    }

    /** Whether it's given or not, and has no value but {@code true} or {@code false}. */
    public boolean isSwitch() {
        return isSwitch;
    }

    /** What it's for, as a help text says it. */
    public String purpose() {
        return purpose;
    }

    /** Whether a place of this kind has it. */
    public boolean isOf(String scheme) {
        return Arrays.asList(schemes.split(" ", -1)).contains(scheme);
    }

    /** All that places of this kind have. */
    public static List<StoreOption> of(String scheme) {
        return Arrays.stream(values()).filter(option -> option.isOf(scheme)).toList();
    }

    /** The one with this flag, which may have its dashes. */
    public static Optional<StoreOption> named(String flag) {
        String bare = flag.startsWith("--") ? flag.substring(2) : flag;
        return Arrays.stream(values())
                .filter(option -> option.flag.equals(bare))
                .findFirst();
    }
}
