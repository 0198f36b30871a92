package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wanted of a cluster. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self.replicas != 0 || self.storage.type != 'EmptyDir'",
        message =
                "hibernating would lose the data of EmptyDir storage: use PersistentVolumeClaim, or delete the cluster",
        fieldPath = ".replicas")
@ValidationRule(
        value = "int(self.version.split('.')[0]) == int(oldSelf.version.split('.')[0])",
        message = "the major version can't change in place: make a new cluster from a backup",
        fieldPath = ".version")
@ValidationRule(
        value = "int(self.version.split('.')[1]) <= int(oldSelf.version.split('.')[1]) + 1",
        message = "minor versions can't be skipped: go to the next minor version first",
        fieldPath = ".version")
@ValidationRule(
        value = "int(self.version.split('.')[1]) >= int(oldSelf.version.split('.')[1])"
                + " || (has(self.updateStrategy) && self.updateStrategy.downgradePolicy == 'OneMinor'"
                + " && int(self.version.split('.')[1]) == int(oldSelf.version.split('.')[1]) - 1)",
        message = "a lower minor version is a downgrade: set spec.updateStrategy.downgradePolicy to OneMinor and go"
                + " down by one minor version at most",
        fieldPath = ".version")
@ValidationRule(
        value = "(has(self.tls) ? self.tls.mode : 'Required') == (has(oldSelf.tls) ? oldSelf.tls.mode : 'Required')",
        message = "tls.mode can't change: make a new cluster from a backup",
        fieldPath = ".tls")
@ValidationRule(
        value = "!has(oldSelf.tls) || oldSelf.tls.issuance == 'SelfManaged'"
                + " || (has(self.tls) && self.tls.issuance != 'SelfManaged')",
        message =
                "a cluster can't go back to an authority of its own: set tls.issuance back to what it was, CertManager or"
                        + " Provided, or make a new cluster from a backup",
        fieldPath = ".tls")
@ValidationRule(
        value = "!has(self.auth) || self.auth.mode == 'Disabled' || !has(self.tls) || self.tls.mode == 'Required'",
        message = "passwords would travel in clear text: set spec.tls.mode to Required",
        fieldPath = ".auth")
@ValidationRule(
        value = "!has(self.auth) || self.auth.mode == 'Disabled' || !has(self.tls)"
                + " || self.tls.clientAuthentication == 'Required'",
        message =
                "with users, members know the operator by its certificate: set spec.tls.clientAuthentication to Required",
        fieldPath = ".auth")
@ValidationRule(
        value =
                "!has(oldSelf.auth) || oldSelf.auth.mode == 'Disabled' || (has(self.auth) && self.auth.mode == 'Password')",
        message = "auth can't be switched off again: set spec.auth.mode back to Password",
        fieldPath = ".auth")
@ValidationRule(
        value = "has(self.bootstrap) == has(oldSelf.bootstrap)"
                + " && (!has(self.bootstrap) || self.bootstrap == oldSelf.bootstrap)",
        message =
                "bootstrap is read once, when the cluster is made: restore in place with an EtcdRestore, or make a new"
                        + " cluster",
        fieldPath = ".bootstrap")
@ValidationRule(
        value = "!has(self.config) || !has(self.config.backendQuota)"
                + " || quantity(string(self.config.backendQuota)).compareTo(quantity(string(self.storage.size))) <= 0",
        message = "config.backendQuota is larger than storage.size: lower it or raise the size",
        fieldPath = ".config")
@ValidationRule(
        value =
                "!has(self.recovery) || !has(self.recovery.quorumLoss) || self.recovery.quorumLoss.policy != 'Automatic'"
                        + " || (self.storage.type == 'PersistentVolumeClaim' && (self.replicas == 0 || self.replicas >= 3))",
        message =
                "automatic recovery needs volumes and at least 3 members: set recovery.quorumLoss.policy to Manual, or"
                        + " raise replicas",
        fieldPath = ".recovery")
public record EtcdClusterSpec(
        @SpecReplicas
        @Default("3")
        @Min(0)
        @Max(9)
        @ValidationRule(
                value = "self == 0 || self % 2 == 1",
                message =
                        "an even number of members tolerates no more failures than one less: choose 1, 3, 5, 7 or 9, or 0"
                                + " to hibernate")
        @JsonPropertyDescription("Members wanted: 1, 3, 5, 7 or 9. 0 hibernates: pods go, volumes and membership stay.")
        Integer replicas,

        @Required
        @Pattern("^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$")
        @Size(max = 20)
        @JsonPropertyDescription("Version to run, MAJOR.MINOR.PATCH. Raised by one minor version at a time.")
        String version,

        @Nullable @JsonPropertyDescription("Where the image comes from.")
        ImageSource image,

        @Required @JsonPropertyDescription("The volume of each member.")
        Storage storage,

        @Nullable @JsonPropertyDescription("Settings of the members. A change replaces pods one at a time.")
        NodeConfig config,

        @Size(max = 64) @JsonPropertyDescription("Further flags of the node, without dashes.")
        List<Argument> extraArgs,

        @Nullable @JsonPropertyDescription("What pods have besides the node itself.")
        PodTemplate podTemplate,

        @Nullable @JsonPropertyDescription("The service for clients.")
        ClientService clientService,

        @Nullable @JsonPropertyDescription("One service per member, for clients outside of the Kubernetes cluster.")
        MemberServices memberServices,

        @Nullable @JsonPropertyDescription("Who may connect.")
        NetworkAccess networkPolicy,

        @Nullable @JsonPropertyDescription("Whether drains are held up while a further voter can't be spared.")
        DisruptionBudget disruptionBudget,

        @Nullable @JsonPropertyDescription("Certificates. Absent = Required, SelfManaged.")
        Tls tls,

        @Nullable @JsonPropertyDescription("Users and passwords.")
        Auth auth,

        @Nullable @JsonPropertyDescription("Where the first data comes from. Absent = an empty cluster. Immutable.")
        Bootstrap bootstrap,

        @Nullable @JsonPropertyDescription("Continuous archive of changes, for recovery to a point in time.")
        Archive archive,

        @Nullable @JsonPropertyDescription("How changes of version and settings reach the members.")
        UpdateStrategy updateStrategy,

        @Nullable @JsonPropertyDescription("When to do what can wait.")
        Maintenance maintenance,

        @Nullable @JsonPropertyDescription("What to do about members and quorums that are lost.")
        Recovery recovery,

        @Nullable @JsonPropertyDescription("Objects for the Prometheus operator, made if its kinds exist.")
        Monitoring monitoring,

        @Nullable @JsonPropertyDescription("Where members send traces to.")
        Tracing tracing,

        @Default("false") @JsonPropertyDescription("Changes nothing while true; status is still written.")
        Boolean paused) {

    /** Nothing said; not a valid spec. */
    static final EtcdClusterSpec EMPTY = new EtcdClusterSpec(
            3,
            "",
            null,
            Storage.EMPTY,
            null,
            List.of(),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            false);

    public EtcdClusterSpec {
        replicas = Values.or(replicas, 3);
        version = Values.or(version, "");
        storage = Values.or(storage, Storage.EMPTY);
        extraArgs = Values.listOf(extraArgs);
        paused = Values.or(paused, false);
    }

    /** The same with another storage. */
    public EtcdClusterSpec withStorage(Storage other) {
        return new EtcdClusterSpec(
                replicas,
                version,
                image,
                other,
                config,
                extraArgs,
                podTemplate,
                clientService,
                memberServices,
                networkPolicy,
                disruptionBudget,
                tls,
                auth,
                bootstrap,
                archive,
                updateStrategy,
                maintenance,
                recovery,
                monitoring,
                tracing,
                paused);
    }
}
