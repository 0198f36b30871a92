package dev.mainstay.operator.access.plan;

import java.util.SortedSet;

/**
 * A user as it should be.
 *
 * @param name its name in the cluster
 * @param password whether it has a password, or is known by its certificate alone
 * @param kindChanged whether it was last made with the other of the two
 * @param passwordChanged whether the password is another than the one that was last set
 * @param roles names of its roles
 */
public record WantedUser(
        String name, boolean password, boolean kindChanged, boolean passwordChanged, SortedSet<String> roles) {}
