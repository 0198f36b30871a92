package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to the thing itself when the object that speaks of it is deleted. */
public enum DeletionPolicy {
    @JsonProperty("Retain")
    RETAIN,
    @JsonProperty("Delete")
    DELETE
}
