package dev.mainstay.operator.member;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the operator asks of members about users and roles, as user {@code root}. Calls block for a few seconds at most and throw
 * {@link MemberCallException}. Passwords are in no message.
 */
public interface AuthApi {

    /** Whether callers are asked who they are, and what tells one state of users and roles from another. */
    AuthStatus status(Endpoint endpoint);

    /** The names of all roles. */
    Set<String> roles(Endpoint endpoint);

    /** The roles of a user; empty if there is no such user. */
    Optional<Set<String>> user(Endpoint endpoint, String user);

    /** What a role allows; empty if there is no such role. */
    Optional<List<Permission>> role(Endpoint endpoint, String role);

    /** Whether a user has this password, as far as can be seen. */
    PasswordCheck check(Endpoint endpoint, String user, String password);

    /** From now on callers are asked who they are. */
    void enable(Endpoint endpoint);

    /** Adds a user; without a password it is known by its certificate alone. */
    void addUser(Endpoint endpoint, String user, @Nullable String password);

    /** Removes a user. */
    void deleteUser(Endpoint endpoint, String user);

    /** Changes the password of a user who has one. */
    void setPassword(Endpoint endpoint, String user, String password);

    /** Gives a user a role. */
    void grantRole(Endpoint endpoint, String user, String role);

    /** Takes a role from a user. */
    void revokeRole(Endpoint endpoint, String user, String role);

    /** Adds a role that allows nothing. */
    void addRole(Endpoint endpoint, String role);

    /** Removes a role, also from all users who have it. */
    void deleteRole(Endpoint endpoint, String role);

    /** Lets a role do this; what it was allowed to do with exactly these keys is replaced. */
    void grantPermission(Endpoint endpoint, String role, Permission permission);

    /** Takes from a role what it may do with exactly these keys. */
    void revokePermission(Endpoint endpoint, String role, KeyRange keys);

    /**
     * A state of users and roles.
     *
     * @param enabled whether callers are asked who they are
     * @param clusterId the cluster's id, hex
     * @param revision raised by each change of users and roles
     */
    record AuthStatus(boolean enabled, String clusterId, long revision) {}

    /** What is known of a user's password. */
    enum PasswordCheck {
        /** It is this one. */
        MATCHES,
        /** It is another one. */
        DIFFERS,
        /** The user has none. */
        NONE,
        /** Nobody says, as before callers are asked who they are. */
        UNKNOWN
    }
}
