package dev.mainstay.operator.access.act;

import dev.mainstay.operator.access.plan.AuthCall;
import dev.mainstay.operator.member.AuthApi;
import dev.mainstay.operator.member.Endpoint;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Carries out calls, one after the other; the first that fails ends it, and what is left is found by the next look. */
public final class AuthCaller {

    private final AuthApi members;

    /** Calls by {@code members}. */
    public AuthCaller(AuthApi members) {
        this.members = members;
    }

    /**
     * Carries them out.
     *
     * @param password what users are added with, and what passwords are set to; null if no call needs one
     */
    public void carryOut(Endpoint endpoint, List<AuthCall> calls, @Nullable String password) {
        for (AuthCall call : calls) {
            switch (call) {
                case AuthCall.AddUser c ->
                    members.addUser(endpoint, c.user(), c.password() ? Objects.requireNonNull(password) : null);
                case AuthCall.DeleteUser c -> members.deleteUser(endpoint, c.user());
                case AuthCall.SetPassword c ->
                    members.setPassword(endpoint, c.user(), Objects.requireNonNull(password));
                case AuthCall.GrantRole c -> members.grantRole(endpoint, c.user(), c.role());
                case AuthCall.RevokeRole c -> members.revokeRole(endpoint, c.user(), c.role());
                case AuthCall.AddRole c -> members.addRole(endpoint, c.role());
                case AuthCall.DeleteRole c -> members.deleteRole(endpoint, c.role());
                case AuthCall.GrantPermission c -> members.grantPermission(endpoint, c.role(), c.permission());
                case AuthCall.RevokePermission c -> members.revokePermission(endpoint, c.role(), c.keys());
            }
        }
    }
}
