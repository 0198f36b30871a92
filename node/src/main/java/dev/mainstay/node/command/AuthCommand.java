package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Permission;
import org.jspecify.annotations.Nullable;

/** Changes of users, roles and tokens. */
public sealed interface AuthCommand extends Command {

    /** From now on callers must say who they are. */
    record Enable() implements AuthCommand {}

    /** From now on anybody may do anything; all tokens end. */
    record Disable() implements AuthCommand {}

    /**
     * Adds a user.
     *
     * @param passwordHash bcrypt's; empty if no password fits, {@code null} for a user without a password
     */
    record AddUser(String name, @Nullable Bytes passwordHash) implements AuthCommand {}

    /** Removes a user; his tokens end. */
    record DeleteUser(String name) implements AuthCommand {}

    /** Changes a password; the user's tokens end. */
    record SetPassword(String name, Bytes passwordHash) implements AuthCommand {}

    record GrantRole(String user, String role) implements AuthCommand {}

    record RevokeRole(String user, String role) implements AuthCommand {}

    record AddRole(String name) implements AuthCommand {}

    /** Removes a role, also from the users that have it. */
    record DeleteRole(String name) implements AuthCommand {}

    /** @param permission {@code null} if the client gave none, which is refused */
    record GrantPermission(String role, @Nullable Permission permission) implements AuthCommand {}

    /** Takes back what was granted for exactly this range. */
    record RevokePermission(String role, Bytes key, Bytes rangeEnd) implements AuthCommand {}

    /**
     * Makes a token known to all members. The password was found right by the member that proposes this.
     *
     * @param authRevision the revision of users and roles by which it was
     * @param tokenHash SHA-256 of the token's secret part: the log doesn't give tokens away
     */
    record IssueToken(String user, long authRevision, Bytes tokenHash) implements AuthCommand {}
}
