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

/** Where a new cluster's first data comes from. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "[has(self.backup), has(self.archive), has(self.existing)].filter(x, x).size() == 1",
        message = "the data has one source: set exactly one of bootstrap.backup, archive and existing")
public record Bootstrap(
        @Nullable @JsonPropertyDescription("A backup that this Kubernetes cluster knows.")
        FromBackup backup,

        @Nullable @JsonPropertyDescription("What a store holds, at a point in time.")
        FromArchive archive,

        @Nullable @JsonPropertyDescription("A cluster that runs.")
        FromExisting existing) {

    /** A backup. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record FromBackup(@Required NameRef backupRef) {}

    /** What a store holds. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record FromArchive(
            @Required NameRef storeRef,

            @Required @Size(min = 1, max = 512) @JsonPropertyDescription("Path of the cluster in the store.")
            String path,

            @Nullable
            @JsonPropertyDescription(
                    "Absent = all that there is: the newest backup, and what the archive holds behind it.")
            PointInTime target) {}

    /** A cluster that runs. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record FromExisting(
            @Required @Size(min = 1, max = 16) @JsonPropertyDescription("Its client URLs.")
            List<String> endpoints,

            @Nullable
            @JsonPropertyDescription(
                    "Secret for it: ca.crt, its authorities; tls.crt and tls.key, a client's certificate"
                            + " with its key in PKCS #8.")
            NameRef tlsSecretRef,

            @Nullable
            @JsonPropertyDescription("Secret with username and password of a user with the role root; needed where it"
                    + " asks callers who they are.")
            NameRef userSecretRef,

            @Default("Mirror")
            @JsonPropertyDescription("Mirror = by the client API, from any etcd; Join = members become members of that"
                    + " cluster, which must be Mainstay's, and the others leave it at the end.")
            Mode mode,

            @Default("Manual")
            @JsonPropertyDescription("When it is left. Manual = once the annotation mainstay.dev/cut-over is true;"
                    + " Automatic = as soon as it can be. Mirror waits until nobody writes to it, too.")
            CutOver cutOver) {

        public FromExisting {
            endpoints = Values.listOf(endpoints);
            mode = Values.or(mode, Mode.MIRROR);
            cutOver = Values.or(cutOver, CutOver.MANUAL);
        }

        /** When the source is left. */
        public enum CutOver {
            @JsonProperty("Manual")
            MANUAL,
            @JsonProperty("Automatic")
            AUTOMATIC
        }

        /** How data comes over. */
        public enum Mode {
            @JsonProperty("Mirror")
            MIRROR,
            @JsonProperty("Join")
            JOIN
        }
    }
}
