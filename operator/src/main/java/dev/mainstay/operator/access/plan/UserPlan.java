package dev.mainstay.operator.access.plan;

import dev.mainstay.operator.member.AuthApi.PasswordCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * By which calls a user becomes what is wanted. Roles are given before others are taken, so that an application loses nothing that it should
 * have; a user who gets a password, or loses it, is removed and added, since members offer no other way. The calls may end after any of them:
 * the plan made then goes on.
 */
public final class UserPlan {

    private UserPlan() {}

    /**
     * The calls, in their order; none if all is well.
     *
     * @param wanted how it should be
     * @param found how it is; null if there is no such user
     * @param roles all roles that there are: others can't be granted
     */
    public static List<AuthCall> calls(WantedUser wanted, @Nullable FoundUser found, Set<String> roles) {
        List<AuthCall> calls = new ArrayList<>();
        Set<String> has = new TreeSet<>();
        if (found == null) {
            calls.add(new AuthCall.AddUser(wanted.name(), wanted.password()));
        } else if (otherKind(wanted, found.check())) {
            calls.add(new AuthCall.DeleteUser(wanted.name()));
            calls.add(new AuthCall.AddUser(wanted.name(), wanted.password()));
        } else {
            has.addAll(found.roles());
            if (otherPassword(wanted, found.check())) {
                calls.add(new AuthCall.SetPassword(wanted.name()));
            }
        }
        wanted.roles().stream()
                .filter(role -> !has.contains(role) && roles.contains(role))
                .forEach(role -> calls.add(new AuthCall.GrantRole(wanted.name(), role)));
        has.stream()
                .filter(role -> !wanted.roles().contains(role))
                .forEach(role -> calls.add(new AuthCall.RevokeRole(wanted.name(), role)));
        return calls;
    }

    /** Wanted roles that there aren't. */
    public static Set<String> missing(WantedUser wanted, Set<String> roles) {
        Set<String> missing = new TreeSet<>(wanted.roles());
        missing.removeAll(roles);
        return missing;
    }

    private static boolean otherKind(WantedUser wanted, PasswordCheck check) {
        return switch (check) {
            case MATCHES, DIFFERS -> !wanted.password();
            case NONE -> wanted.password();
            case UNKNOWN -> wanted.kindChanged();
        };
    }

    private static boolean otherPassword(WantedUser wanted, PasswordCheck check) {
        return wanted.password()
                && (check == PasswordCheck.DIFFERS || (check == PasswordCheck.UNKNOWN && wanted.passwordChanged()));
    }
}
