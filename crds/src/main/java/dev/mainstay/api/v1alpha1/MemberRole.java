package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a member is to the others. */
public enum MemberRole {
    @JsonProperty("Leader")
    LEADER,
    @JsonProperty("Follower")
    FOLLOWER,
    @JsonProperty("Learner")
    LEARNER,
    @JsonProperty("Unknown")
    UNKNOWN
}
