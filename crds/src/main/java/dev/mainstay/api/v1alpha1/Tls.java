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

/** Certificates of members and clients. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "(self.issuance == 'CertManager') == has(self.certManager)",
        message = "certManager and issuance don't fit: fill tls.certManager exactly when tls.issuance is CertManager",
        fieldPath = ".issuance")
@ValidationRule(
        value = "(self.issuance == 'Provided') == has(self.provided)",
        message = "provided and issuance don't fit: fill tls.provided exactly when tls.issuance is Provided",
        fieldPath = ".issuance")
@ValidationRule(
        value = "[self.leafDuration, self.renewBefore, self.caDuration, self.caRenewBefore, self.caOverlap]"
                + ".all(d, d.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$'))",
        message = "durations are hours, minutes and seconds: write 2160h for 90 days")
@ValidationRule(
        value = "![self.leafDuration, self.renewBefore, self.caDuration, self.caRenewBefore]"
                + ".all(d, d.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$')) || (duration(self.renewBefore) < duration(self.leafDuration)"
                + " && duration(self.caRenewBefore) < duration(self.caDuration))",
        message = "a certificate would be renewed before it begins: make renewBefore shorter than leafDuration, and"
                + " caRenewBefore shorter than caDuration")
public record Tls(
        @Default("Required") @JsonPropertyDescription("Required or Disabled. Immutable.")
        Mode mode,

        @Default("SelfManaged")
        @JsonPropertyDescription("SelfManaged = a CA of the cluster's own; CertManager; Provided = your secrets.")
        Issuance issuance,

        @Nullable @JsonPropertyDescription("For issuance CertManager.")
        CertManager certManager,

        @Nullable @JsonPropertyDescription("For issuance Provided.")
        Provided provided,

        @Default("Required") @JsonPropertyDescription("Whether clients must show a certificate.")
        ClientAuthentication clientAuthentication,

        @Default("2160h")
        @Size(min = 2, max = 20)
        @JsonPropertyDescription("How long certificates of members and clients are valid.")
        String leafDuration,

        @Default("720h")
        @Size(min = 2, max = 20)
        @JsonPropertyDescription("How long before their end they are renewed.")
        String renewBefore,

        @Default("43800h") @Size(min = 2, max = 20) @JsonPropertyDescription("How long the CA is valid.")
        String caDuration,

        @Default("4380h")
        @Size(min = 2, max = 20)
        @JsonPropertyDescription("How long before its end the CA is renewed.")
        String caRenewBefore,

        @Default("48h")
        @Size(min = 2, max = 20)
        @JsonPropertyDescription("How long clients get to pick up a new CA before the old one goes.")
        String caOverlap,

        @Size(max = 32) @JsonPropertyDescription("Further DNS names and addresses of the server certificates.")
        List<String> extraServerNames) {

    /** When nothing is said. */
    public static final Tls DEFAULT = new Tls(
            Mode.REQUIRED,
            Issuance.SELF_MANAGED,
            null,
            null,
            ClientAuthentication.REQUIRED,
            "2160h",
            "720h",
            "43800h",
            "4380h",
            "48h",
            List.of());

    public Tls {
        mode = Values.or(mode, Mode.REQUIRED);
        issuance = Values.or(issuance, Issuance.SELF_MANAGED);
        clientAuthentication = Values.or(clientAuthentication, ClientAuthentication.REQUIRED);
        leafDuration = Values.or(leafDuration, "2160h");
        renewBefore = Values.or(renewBefore, "720h");
        caDuration = Values.or(caDuration, "43800h");
        caRenewBefore = Values.or(caRenewBefore, "4380h");
        caOverlap = Values.or(caOverlap, "48h");
        extraServerNames = Values.listOf(extraServerNames);
    }

    /** Whether connections are secured. */
    public enum Mode {
        @JsonProperty("Required")
        REQUIRED,
        @JsonProperty("Disabled")
        DISABLED
    }

    /** Who makes certificates. */
    public enum Issuance {
        @JsonProperty("SelfManaged")
        SELF_MANAGED,
        @JsonProperty("CertManager")
        CERT_MANAGER,
        @JsonProperty("Provided")
        PROVIDED
    }

    /** Whether clients must show a certificate. */
    public enum ClientAuthentication {
        @JsonProperty("Required")
        REQUIRED,
        @JsonProperty("Optional")
        OPTIONAL
    }

    /** For issuance CertManager. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record CertManager(@Required IssuerRef issuerRef) {}

    /** An issuer of cert-manager. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record IssuerRef(
            @Required @Size(min = 1, max = 253) String name,

            @Default("Issuer") @Size(max = 63) @JsonPropertyDescription("Issuer or ClusterIssuer.")
            String kind) {

        public IssuerRef {
            kind = Values.or(kind, "Issuer");
        }
    }

    /** For issuance Provided: secrets with ca.crt, or with tls.crt and tls.key. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Provided(
            @Required @JsonPropertyDescription("With ca.crt.")
            NameRef caSecretRef,

            @Required @JsonPropertyDescription("With tls.crt and tls.key of the client port.")
            NameRef serverSecretRef,

            @Required @JsonPropertyDescription("With tls.crt and tls.key of the peer port.")
            NameRef peerSecretRef,

            @Required @JsonPropertyDescription("With tls.crt and tls.key that the operator shows members.")
            NameRef clientSecretRef) {}
}
