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

/** The volume of each member. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self.type == oldSelf.type",
        message = "storage.type can't change: make a new cluster from a backup",
        fieldPath = ".type")
@ValidationRule(
        value = "quantity(string(self.size)).compareTo(quantity(string(oldSelf.size))) >= 0"
                + " || self.changePolicy == 'ReplaceMembers'",
        message = "volumes can't shrink: set storage.changePolicy to ReplaceMembers to move to new, smaller volumes one"
                + " member at a time",
        fieldPath = ".size")
@ValidationRule(
        value = "self.changePolicy == 'ReplaceMembers' || (has(self.storageClassName) == has(oldSelf.storageClassName)"
                + " && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName))",
        message =
                "the class of a volume can't change: set storage.changePolicy to ReplaceMembers to move to new volumes"
                        + " one member at a time",
        fieldPath = ".storageClassName")
@ValidationRule(
        value = "quantity(string(self.size)).compareTo(quantity('64Mi')) >= 0",
        message = "less than 64Mi holds no member: raise storage.size",
        fieldPath = ".size")
@ValidationRule(
        value = "!has(self.autoGrow)"
                + " || quantity(string(self.autoGrow.maxSize)).compareTo(quantity(string(self.size))) >= 0",
        message = "storage.autoGrow.maxSize is smaller than storage.size: raise it",
        fieldPath = ".autoGrow")
public record Storage(
        @Default("PersistentVolumeClaim")
        @JsonPropertyDescription("PersistentVolumeClaim, or EmptyDir for tests and caches. Immutable.")
        Type type,

        @Required @JsonPropertyDescription("Size of each volume. Grows while members run.")
        Quantity size,

        @Nullable @Size(max = 253) @JsonPropertyDescription("Storage class. Absent = the default class.")
        String storageClassName,

        @Default("ReadWriteOnce")
        @JsonPropertyDescription("ReadWriteOncePod lets the volume itself refuse a second pod.")
        AccessMode accessMode,

        @Default("Expand")
        @JsonPropertyDescription(
                "Expand only grows volumes. ReplaceMembers also allows another class or less size, by new members.")
        ChangePolicy changePolicy,

        @Nullable @JsonPropertyDescription("Growth by itself. Absent = off.")
        AutoGrow autoGrow,

        @Nullable @JsonPropertyDescription("What happens to volumes that are no longer used.")
        Retention retention) {

    /** Nothing said; not a valid one. */
    static final Storage EMPTY = new Storage(
            Type.PERSISTENT_VOLUME_CLAIM,
            new Quantity("0"),
            null,
            AccessMode.READ_WRITE_ONCE,
            ChangePolicy.EXPAND,
            null,
            null);

    public Storage {
        type = Values.or(type, Type.PERSISTENT_VOLUME_CLAIM);
        size = Values.or(size, new Quantity("0"));
        accessMode = Values.or(accessMode, AccessMode.READ_WRITE_ONCE);
        changePolicy = Values.or(changePolicy, ChangePolicy.EXPAND);
    }

    /** What holds the data. */
    public enum Type {
        @JsonProperty("PersistentVolumeClaim")
        PERSISTENT_VOLUME_CLAIM,
        @JsonProperty("EmptyDir")
        EMPTY_DIR
    }

    /** Who may use a volume at once. */
    public enum AccessMode {
        @JsonProperty("ReadWriteOnce")
        READ_WRITE_ONCE("ReadWriteOnce"),
        @JsonProperty("ReadWriteOncePod")
        READ_WRITE_ONCE_POD("ReadWriteOncePod");

        private final String text;

        AccessMode(String text) {
            this.text = text;
        }

        /** As claims spell it. */
        public String text() {
            return text;
        }
    }

    /** How a change of size or class reaches the members. */
    public enum ChangePolicy {
        @JsonProperty("Expand")
        EXPAND,
        @JsonProperty("ReplaceMembers")
        REPLACE_MEMBERS
    }

    /** Growth by itself. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record AutoGrow(
            @Default("80") @Min(50) @Max(95) @JsonPropertyDescription("Grow when a volume is used to this percentage.")
            Integer atUsedPercent,

            @Default("25") @Min(5) @Max(100) @JsonPropertyDescription("Grow by this percentage of the size.")
            Integer stepPercent,

            @Required @JsonPropertyDescription("Never grow beyond this.")
            Quantity maxSize) {

        public AutoGrow {
            atUsedPercent = Values.or(atUsedPercent, 80);
            stepPercent = Values.or(stepPercent, 25);
        }
    }

    /** What happens to volumes that are no longer used. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Retention(
            @Default("Retain") @JsonPropertyDescription("When the cluster is deleted.")
            RetentionPolicy whenDeleted,

            @Default("Delete") @JsonPropertyDescription("When a member leaves.")
            RetentionPolicy whenScaled) {

        public Retention {
            whenDeleted = Values.or(whenDeleted, RetentionPolicy.RETAIN);
            whenScaled = Values.or(whenScaled, RetentionPolicy.DELETE);
        }
    }

    /** Keep or delete. */
    public enum RetentionPolicy {
        @JsonProperty("Retain")
        RETAIN,
        @JsonProperty("Delete")
        DELETE
    }

    /** The same with another size. */
    public Storage withSize(Quantity other) {
        return new Storage(type, other, storageClassName, accessMode, changePolicy, autoGrow, retention);
    }

    /** What to do with the volume of a member that leaves. */
    public RetentionPolicy whenScaled() {
        return retention == null ? RetentionPolicy.DELETE : retention.whenScaled();
    }

    /** What to do with the volumes of a cluster that is deleted. */
    public RetentionPolicy whenDeleted() {
        return retention == null ? RetentionPolicy.RETAIN : retention.whenDeleted();
    }
}
