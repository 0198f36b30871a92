package dev.mainstay.node.common;

/** Who asks for something, as far as permissions go. */
public sealed interface Caller {

    /** Somebody who doesn't say who he is: may do everything while authentication is off, and nothing while it is on. */
    record Nobody() implements Caller {}

    /**
     * A user.
     *
     * @param name never empty
     * @param authRevision the revision of users and roles at which he was known to be who he is
     */
    record User(String name, long authRevision) implements Caller {

        public User {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("user without a name");
            }
        }
    }

    /** The cluster itself: what its members do on their own account. */
    record Cluster() implements Caller {}

    Caller NOBODY = new Nobody();

    Caller CLUSTER = new Cluster();
}
