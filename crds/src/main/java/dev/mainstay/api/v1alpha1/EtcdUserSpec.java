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

/** Who a user is and what it may do. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "self.clusterRef == oldSelf.clusterRef && self.userName == oldSelf.userName",
        message = "a user keeps its cluster and name: make another EtcdUser and delete this one")
@ValidationRule(
        value = "self.userName != 'root'",
        message = "root belongs to the cluster: choose another userName, or set its password by"
                + " spec.auth.rootPasswordSecretRef of the cluster",
        fieldPath = ".userName")
@ValidationRule(
        value = "self.userName != 'mainstay-member'",
        message = "the name mainstay-member is for certificates of members alone: choose another userName",
        fieldPath = ".userName")
@ValidationRule(
        value = "self.authentication == 'Password' || !has(self.passwordSecretRef)",
        message =
                "a user with a certificate has no password: remove passwordSecretRef, or set authentication to Password",
        fieldPath = ".passwordSecretRef")
@ValidationRule(
        value = "self.authentication == 'Certificate' || !has(self.certificateSecretName)",
        message = "a user with a password has no certificate: remove certificateSecretName, or set authentication to"
                + " Certificate",
        fieldPath = ".certificateSecretName")
public record EtcdUserSpec(
        @Required @JsonPropertyDescription("Cluster that it is for. Immutable.")
        NameRef clusterRef,

        @Required @Size(min = 1, max = 253) @JsonPropertyDescription("Name in the cluster. Immutable.")
        String userName,

        @Default("Certificate") @JsonPropertyDescription("Certificate or Password.")
        Authentication authentication,

        @Nullable @JsonPropertyDescription("Where the password is. Absent with Password = generated.")
        KeyRef passwordSecretRef,

        @Nullable
        @Size(min = 1, max = 253)
        @JsonPropertyDescription("Secret that the certificate is put into. Absent = NAME-tls.")
        String certificateSecretName,

        @Size(max = 64) @JsonPropertyDescription("Names of roles in the cluster.")
        List<String> roles,

        @Default("Delete") @JsonPropertyDescription("Whether the user goes together with this object.")
        DeletionPolicy deletionPolicy) {

    /** Nothing said; not a valid spec. */
    static final EtcdUserSpec EMPTY = new EtcdUserSpec(
            new NameRef(""), "", Authentication.CERTIFICATE, null, null, List.of(), DeletionPolicy.DELETE);

    public EtcdUserSpec {
        authentication = Values.or(authentication, Authentication.CERTIFICATE);
        roles = Values.listOf(roles);
        deletionPolicy = Values.or(deletionPolicy, DeletionPolicy.DELETE);
    }

    /** How a user proves who it is. */
    public enum Authentication {
        @JsonProperty("Certificate")
        CERTIFICATE,
        @JsonProperty("Password")
        PASSWORD
    }
}
