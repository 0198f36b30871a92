package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the node's image comes from. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ImageSource(
        @Nullable
        @Size(max = 255)
        @JsonPropertyDescription("Repository without tag. Absent = the operator's own setting.")
        String repository,

        @Nullable
        @Pattern("^(sha256:[a-f0-9]{64})?$")
        @Size(max = 71)
        @JsonPropertyDescription("Pins the image; spec.version must still say what it is.")
        String digest,

        @Default("IfNotPresent") @JsonPropertyDescription("When nodes pull the image.")
        PullPolicy pullPolicy,

        @Size(max = 16) @JsonPropertyDescription("Secrets with the registry's credentials.")
        List<NameRef> pullSecretRefs) {

    public ImageSource {
        pullPolicy = Values.or(pullPolicy, PullPolicy.IF_NOT_PRESENT);
        pullSecretRefs = Values.listOf(pullSecretRefs);
    }

    /** When nodes pull the image. */
    public enum PullPolicy {
        @JsonProperty("IfNotPresent")
        IF_NOT_PRESENT("IfNotPresent"),
        @JsonProperty("Always")
        ALWAYS("Always"),
        @JsonProperty("Never")
        NEVER("Never");

        private final String text;

        PullPolicy(String text) {
            this.text = text;
        }

        /** As pods spell it. */
        public String text() {
            return text;
        }
    }
}
