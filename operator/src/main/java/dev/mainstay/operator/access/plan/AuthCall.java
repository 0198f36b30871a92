package dev.mainstay.operator.access.plan;

import dev.mainstay.operator.member.KeyRange;
import dev.mainstay.operator.member.Permission;

/** One change of users and roles. Passwords aren't in it: who carries it out has them. */
public sealed interface AuthCall {

    /**
     * Adds a user.
     *
     * @param password whether with a password, or known by its certificate alone
     */
    record AddUser(String user, boolean password) implements AuthCall {}

    /** Removes a user. */
    record DeleteUser(String user) implements AuthCall {}

    /** Changes a user's password to the wanted one. */
    record SetPassword(String user) implements AuthCall {}

    /** Gives a user a role. */
    record GrantRole(String user, String role) implements AuthCall {}

    /** Takes a role from a user. */
    record RevokeRole(String user, String role) implements AuthCall {}

    /** Adds a role. */
    record AddRole(String role) implements AuthCall {}

    /** Removes a role. */
    record DeleteRole(String role) implements AuthCall {}

    /** Lets a role do something. */
    record GrantPermission(String role, Permission permission) implements AuthCall {}

    /** Takes something from a role. */
    record RevokePermission(String role, KeyRange keys) implements AuthCall {}

    /** What it does, for people. */
    default String told() {
        return switch (this) {
            case AddUser c -> "user " + c.user() + " added";
            case DeleteUser c -> "user " + c.user() + " removed";
            case SetPassword c -> "password of " + c.user() + " set";
            case GrantRole c -> "role " + c.role() + " granted to " + c.user();
            case RevokeRole c -> "role " + c.role() + " revoked from " + c.user();
            case AddRole c -> "role " + c.role() + " added";
            case DeleteRole c -> "role " + c.role() + " removed";
            case GrantPermission c ->
                c.permission().access() + " of " + c.permission().keys() + " granted";
            case RevokePermission c -> c.keys() + " revoked";
        };
    }
}
