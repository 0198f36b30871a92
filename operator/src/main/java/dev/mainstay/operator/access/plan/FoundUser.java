package dev.mainstay.operator.access.plan;

import dev.mainstay.operator.member.AuthApi.PasswordCheck;
import java.util.Set;

/**
 * A user as it is.
 *
 * @param roles names of its roles
 * @param check what is known of its password
 */
public record FoundUser(Set<String> roles, PasswordCheck check) {

    public FoundUser {
        roles = Set.copyOf(roles);
    }
}
