package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a role may do. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self.clusterRef == oldSelf.clusterRef && has(self.roleName) == has(oldSelf.roleName)"
                + " && (!has(self.roleName) || self.roleName == oldSelf.roleName)",
        message = "a role keeps its cluster and name: make another EtcdRole and delete this one")
@ValidationRule(
        value = "!has(self.roleName) || self.roleName != 'root'",
        message = "the role root belongs to the cluster: choose another roleName",
        fieldPath = ".roleName")
public record EtcdRoleSpec(
        @Required @JsonPropertyDescription("Cluster that it is for. Immutable.")
        NameRef clusterRef,

        @Nullable
        @Size(min = 1, max = 253)
        @JsonPropertyDescription("Name in the cluster. Absent = the object's. Immutable.")
        String roleName,

        @Size(max = 64) @JsonPropertyDescription("What it allows.")
        List<Permission> permissions,

        @Default("Delete") @JsonPropertyDescription("Whether the role goes together with this object.")
        DeletionPolicy deletionPolicy) {

    /** Nothing said; not a valid spec. */
    static final EtcdRoleSpec EMPTY = new EtcdRoleSpec(new NameRef(""), null, List.of(), DeletionPolicy.DELETE);

    public EtcdRoleSpec {
        permissions = Values.listOf(permissions);
        deletionPolicy = Values.or(deletionPolicy, DeletionPolicy.DELETE);
    }

    /** Access to a key, to all keys with a prefix, or to a range. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "[has(self.key), has(self.keyBytes), has(self.prefix), has(self.prefixBytes), has(self.range)]"
                    + ".filter(x, x).size() == 1",
            message = "a permission is for one thing: set exactly one of key, keyBytes, prefix, prefixBytes and range")
    public record Permission(
            @Required @JsonPropertyDescription("Read, Write or ReadWrite.")
            Access access,

            @Nullable @Size(min = 1, max = 1024) @JsonPropertyDescription("One key.")
            String key,

            @Nullable @Size(min = 1, max = 1400) @JsonPropertyDescription("One key, in base64.")
            String keyBytes,

            @Nullable
            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Size(max = 1024)
            @JsonPropertyDescription("All keys that begin so; empty = all keys.")
            String prefix,

            @Nullable
            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Size(max = 1400)
            @JsonPropertyDescription("All keys that begin so, in base64.")
            String prefixBytes,

            @Nullable @JsonPropertyDescription("All keys from one up to another.")
            Range range) {}

    /** All keys from one up to, but not with, another. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Range(
            @Required @Size(min = 1, max = 1024) @JsonPropertyDescription("First key.")
            String from,

            @Required @Size(min = 1, max = 1024) @JsonPropertyDescription("First key after the range.")
            String to) {}

    /** What may be done. */
    public enum Access {
        @JsonProperty("Read")
        READ,
        @JsonProperty("Write")
        WRITE,
        @JsonProperty("ReadWrite")
        READ_WRITE
    }
}
