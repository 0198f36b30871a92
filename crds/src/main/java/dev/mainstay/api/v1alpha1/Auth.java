package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import org.jspecify.annotations.Nullable;

/** Users and passwords. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Auth(
        @Default("Disabled") @JsonPropertyDescription("Disabled or Password. Can be switched on later, but not off.")
        Mode mode,

        @Nullable @JsonPropertyDescription("Secret with the key password. Absent = generated.")
        NameRef rootPasswordSecretRef) {

    public Auth {
        mode = Values.or(mode, Mode.DISABLED);
    }

    /** Whether users are asked who they are. */
    public enum Mode {
        @JsonProperty("Disabled")
        DISABLED,
        @JsonProperty("Password")
        PASSWORD
    }
}
