package dev.mainstay.operator.cluster.trust;

import java.util.List;

/** What to do next about certificates. Each step that writes is one write, and what is right after it is decided from what is found then. */
public sealed interface TrustStep {

    /** Nothing. */
    record None() implements TrustStep {}

    /**
     * Nothing yet.
     *
     * @param members the members that are waited for; empty if only time is
     */
    record Wait(List<String> members, String why) implements TrustStep {

        public Wait {
            members = List.copyOf(members);
        }
    }

    /**
     * Nothing, until a person has helped.
     *
     * @param reason one word in CamelCase
     */
    record Blocked(String reason, String why) implements TrustStep {

        /** Because of what a secret holds. */
        public Blocked(String why) {
            this("SecretInvalid", why);
        }
    }

    /** Makes the first authority. */
    record CreateAuthority() implements TrustStep {}

    /** Makes the authority that will sign. */
    record AddNext() implements TrustStep {}

    /** Writes down that all members use what the phase brings. */
    record MarkKnown() implements TrustStep {}

    /** Lets the next authority sign; the old one stays trusted. */
    record Promote() implements TrustStep {}

    /** Ends the trust in the old authority. */
    record Drop() implements TrustStep {}

    /** Gives a member or client a new certificate, with the authorities of now. */
    record Issue(String holder, String why) implements TrustStep {}

    /** Gives a member or client the authorities of now. */
    record StoreBundle(String holder) implements TrustStep {}

    /** Publishes the authorities of now for clients. */
    record Publish() implements TrustStep {}

    /** Whether there is something to write. */
    default boolean writes() {
        return switch (this) {
            case None _, Wait _, Blocked _ -> false;
            default -> true;
        };
    }

    /** Whether it is a step in the replacement of the authority. */
    default boolean turns() {
        return switch (this) {
            case AddNext _, MarkKnown _, Promote _, Drop _ -> true;
            default -> false;
        };
    }
}
