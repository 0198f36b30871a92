package dev.mainstay.node.auth;

import dev.mainstay.node.common.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user.
 *
 * @param passwordHash bcrypt's; empty if no password fits, {@code null} if the user has none and is known by certificate
 * @param roles names, ascending by bytes
 */
public record User(String name, @Nullable Bytes passwordHash, List<String> roles) {

    /** Who sets authentication up. */
    public static final String ROOT = "root";

    public User {
        roles = List.copyOf(roles);
    }

    public boolean hasRole(String role) {
        return roles.contains(role);
    }

    User withPassword(Bytes hash) {
        return new User(name, hash, roles);
    }

    User withRole(String role) {
        List<String> more = new ArrayList<>(roles);
        more.add(role);
        more.sort(AuthState.BY_BYTES);
        return new User(name, passwordHash, more);
    }

    User withoutRole(String role) {
        return new User(
                name,
                passwordHash,
                roles.stream().filter(other -> !other.equals(role)).toList());
    }
}
