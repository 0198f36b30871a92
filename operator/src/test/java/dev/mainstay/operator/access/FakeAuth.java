package dev.mainstay.operator.access;

import dev.mainstay.operator.member.AuthApi;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.KeyRange;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.member.Permission;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Users and roles as members keep them, with their refusals; RealAccessTest runs the same against a real one. */
public final class FakeAuth implements AuthApi {

    /** Names to passwords; an empty one is none. */
    public final Map<String, String> passwords = new TreeMap<>();

    /** Names to roles. */
    public final Map<String, Set<String>> users = new TreeMap<>();

    /** Names to what they allow. */
    public final Map<String, Map<KeyRange, Permission.Access>> roles = new TreeMap<>();

    /** Changes, as they came. */
    public final List<String> changes = new ArrayList<>();

    /** How often somebody was logged in, or not. */
    public int logins;

    /** Whether callers are asked. */
    public boolean enabled;

    /** Changes that are still answered; the next one after them isn't. */
    public int answers = Integer.MAX_VALUE;

    private long revision = 1;

    private void change(String what, boolean allowed, String refusal, Runnable change) {
        if (answers == 0) {
            answers = Integer.MAX_VALUE;
            throw new MemberCallException(what, "", new IOException("killed"));
        }
        answers--;
        if (!allowed) {
            throw new IllegalStateException(what + " would be refused: " + refusal);
        }
        changes.add(what);
        revision++;
        change.run();
    }

    @Override
    public AuthStatus status(Endpoint endpoint) {
        return new AuthStatus(enabled, "c1", revision);
    }

    @Override
    public Set<String> roles(Endpoint endpoint) {
        return new TreeSet<>(roles.keySet());
    }

    @Override
    public Optional<Set<String>> user(Endpoint endpoint, String user) {
        return Optional.ofNullable(users.get(user)).map(TreeSet::new);
    }

    @Override
    public Optional<List<Permission>> role(Endpoint endpoint, String role) {
        return Optional.ofNullable(roles.get(role))
                .map(ranges -> ranges.entrySet().stream()
                        .map(entry -> new Permission(entry.getValue(), entry.getKey()))
                        .toList());
    }

    @Override
    public PasswordCheck check(Endpoint endpoint, String user, String password) {
        logins++;
        if (!enabled) {
            return PasswordCheck.UNKNOWN;
        }
        String has = passwords.get(user);
        if (has != null && has.isEmpty()) {
            return PasswordCheck.NONE;
        }
        return password.equals(has) ? PasswordCheck.MATCHES : PasswordCheck.DIFFERS;
    }

    @Override
    public void enable(Endpoint endpoint) {
        change(
                "enable",
                users.getOrDefault("root", Set.of()).contains("root") && roles.containsKey("root"),
                "root is missing",
                () -> enabled = true);
    }

    @Override
    public void addUser(Endpoint endpoint, String user, @Nullable String password) {
        change("add user " + user, !users.containsKey(user), "user name already exists", () -> {
            users.put(user, new TreeSet<>());
            passwords.put(user, password == null ? "" : password);
        });
    }

    @Override
    public void deleteUser(Endpoint endpoint, String user) {
        change(
                "delete user " + user,
                users.containsKey(user) && !(enabled && user.equals("root")),
                "user name not found",
                () -> {
                    users.remove(user);
                    passwords.remove(user);
                });
    }

    @Override
    public void setPassword(Endpoint endpoint, String user, String password) {
        change(
                "password of " + user,
                users.containsKey(user),
                "user name not found",
                () -> passwords.computeIfPresent(user, (name, has) -> has.isEmpty() ? has : password));
    }

    @Override
    public void grantRole(Endpoint endpoint, String user, String role) {
        change(
                "grant " + role + " to " + user,
                users.containsKey(user) && roles.containsKey(role),
                "role name not found",
                () -> users.computeIfPresent(user, (name, has) -> with(has, role)));
    }

    private static Set<String> with(Set<String> roles, String role) {
        Set<String> more = new TreeSet<>(roles);
        more.add(role);
        return more;
    }

    @Override
    public void revokeRole(Endpoint endpoint, String user, String role) {
        change(
                "revoke " + role + " from " + user,
                users.getOrDefault(user, Set.of()).contains(role),
                "role is not granted to the user",
                () -> users.computeIfPresent(user, (name, has) -> without(has, role)));
    }

    private static Set<String> without(Set<String> roles, String role) {
        Set<String> less = new TreeSet<>(roles);
        less.remove(role);
        return less;
    }

    @Override
    public void addRole(Endpoint endpoint, String role) {
        change(
                "add role " + role,
                !roles.containsKey(role),
                "role name already exists",
                () -> roles.put(role, new TreeMap<>()));
    }

    @Override
    public void deleteRole(Endpoint endpoint, String role) {
        change("delete role " + role, roles.containsKey(role), "role name not found", () -> {
            roles.remove(role);
            users.replaceAll((user, has) -> without(has, role));
        });
    }

    @Override
    public void grantPermission(Endpoint endpoint, String role, Permission permission) {
        change(
                "grant " + permission.access() + " " + permission.keys(),
                roles.containsKey(role),
                "role name not found",
                () -> roles.computeIfPresent(role, (name, has) -> {
                    Map<KeyRange, Permission.Access> more = new TreeMap<>(has);
                    more.put(permission.keys(), permission.access());
                    return more;
                }));
    }

    @Override
    public void revokePermission(Endpoint endpoint, String role, KeyRange keys) {
        change(
                "revoke " + keys,
                roles.getOrDefault(role, Map.of()).containsKey(keys),
                "permission is not granted to the role",
                () -> roles.computeIfPresent(role, (name, has) -> {
                    Map<KeyRange, Permission.Access> less = new TreeMap<>(has);
                    less.remove(keys);
                    return less;
                }));
    }
}
