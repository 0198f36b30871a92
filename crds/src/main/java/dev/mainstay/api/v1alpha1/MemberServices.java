package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** One service per member. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record MemberServices(
        @Default("None") @JsonPropertyDescription("None, LoadBalancer or NodePort.")
        Type type) {

    public MemberServices {
        type = Values.or(type, Type.NONE);
    }

    /** Type of service. */
    public enum Type {
        @JsonProperty("None")
        NONE(""),
        @JsonProperty("LoadBalancer")
        LOAD_BALANCER("LoadBalancer"),
        @JsonProperty("NodePort")
        NODE_PORT("NodePort");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        /** As services spell it; empty for none. */
        public String text() {
            return text;
        }
    }
}
