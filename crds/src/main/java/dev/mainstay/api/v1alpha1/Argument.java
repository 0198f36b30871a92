package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A flag of the node that has no field of its own. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "!(self.name in ['data-dir', 'name', 'force-new-cluster', 'config-file', 'wal-dir', 'auth-token',"
                + " 'client-cert-auth', 'peer-client-cert-auth', 'auto-tls', 'peer-auto-tls', 'quota-backend-bytes',"
                + " 'heartbeat-interval', 'election-timeout', 'snapshot-count', 'max-request-bytes'])"
                + " && !self.name.startsWith('listen-') && !self.name.startsWith('advertise-')"
                + " && !self.name.startsWith('initial-') && !self.name.startsWith('auto-compaction-')"
                + " && !self.name.endsWith('cert-file') && !self.name.endsWith('key-file')"
                + " && !self.name.endsWith('trusted-ca-file')",
        message = "this flag belongs to the operator: remove it from extraArgs and use the field of spec that sets it",
        fieldPath = ".name")
public record Argument(
        @Required @Pattern("^[a-z][a-z0-9-]*$") @Size(max = 64) @JsonPropertyDescription("Flag without dashes.")
        String name,

        @Required @Size(max = 1024) @JsonPropertyDescription("Its value.")
        String value) {}
