package dev.mainstay.operator.access.plan;

import dev.mainstay.operator.member.AuthApi.PasswordCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** By which calls user {@code root} becomes the one that the operator is. */
public final class RootPlan {

    /** Name of the user, and of the role. */
    public static final String ROOT = "root";

    private RootPlan() {}

    /**
     * Before callers are asked who they are. A root that somebody made is made anew, for nobody can tell its password yet, nor whether it
     * has one.
     *
     * @param roles all roles
     * @param found roles of user root; null if there is no such user
     */
    public static List<AuthCall> prepare(Set<String> roles, @Nullable Set<String> found) {
        List<AuthCall> calls = new ArrayList<>();
        if (!roles.contains(ROOT)) {
            calls.add(new AuthCall.AddRole(ROOT));
        }
        if (found != null) {
            calls.add(new AuthCall.DeleteUser(ROOT));
        }
        calls.add(new AuthCall.AddUser(ROOT, true));
        calls.add(new AuthCall.GrantRole(ROOT, ROOT));
        return calls;
    }

    /** Whether root can do everything, so that callers may be asked who they are. */
    public static boolean works(Set<String> roles, @Nullable Set<String> found) {
        return roles.contains(ROOT) && found != null && found.contains(ROOT);
    }

    /** Once callers are asked: only the password can be another. */
    public static List<AuthCall> keep(PasswordCheck check) {
        return check == PasswordCheck.DIFFERS ? List.of(new AuthCall.SetPassword(ROOT)) : List.of();
    }
}
