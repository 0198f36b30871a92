package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A container or volume whose fields, but for the name, are Kubernetes' business. */
@PreserveUnknownFields
public final class NamedObject {

    @Required
    @Size(min = 1, max = 63)
    @JsonPropertyDescription("Its name.")
    @JsonProperty
    private String name = "";

    private final Map<String, Object> rest = new TreeMap<>();

    /** The object's name. */
    public String name() {
        return name;
    }

    /** All fields but the name. */
    @JsonAnyGetter
    public Map<String, Object> rest() {
        return Collections.unmodifiableMap(rest);
    }

    @JsonAnySetter
    void set(String field, Object value) {
        rest.put(field, value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NamedObject that && name.equals(that.name) && rest.equals(that.rest);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, rest);
    }

    @Override
    public String toString() {
        return name + rest;
    }
}
