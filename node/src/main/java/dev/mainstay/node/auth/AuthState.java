package dev.mainstay.node.auth;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.Permission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Users and roles at one moment, and what they allow. Immutable; any thread.
 *
 * <p>The checks answer {@code null} when something is allowed, else why not. They are the only place that decides so; what
 * apply asks and what the services ask is the same.
 */
public final class AuthState {

    /** How names are ordered: by their UTF-8 bytes. */
    public static final Comparator<String> BY_BYTES = Comparator.comparing(Bytes::utf8);

    private final boolean enabled;
    private final long revision;
    private final SortedMap<String, User> users;
    private final SortedMap<String, Role> roles;
    /** Worked out when a user is first asked about; at most one per user. */
    private final Map<String, Rights> rights = new ConcurrentHashMap<>();

    /** Takes the maps over: they must not change any more. */
    AuthState(boolean enabled, long revision, SortedMap<String, User> users, SortedMap<String, Role> roles) {
        this.enabled = enabled;
        this.revision = revision;
        this.users = Collections.unmodifiableSortedMap(users);
        this.roles = Collections.unmodifiableSortedMap(roles);
    }

    /** That of a new cluster: nobody, nothing asked for. */
    static AuthState initial() {
        return new AuthState(false, 1, new TreeMap<>(BY_BYTES), new TreeMap<>(BY_BYTES));
    }

    /** Whether callers must say who they are. */
    public boolean enabled() {
        return enabled;
    }

    /** Counts the changes of users and roles, from 1. */
    public long revision() {
        return revision;
    }

    public Optional<User> user(String name) {
        return Optional.ofNullable(users.get(name));
    }

    public Optional<Role> role(String name) {
        return Optional.ofNullable(roles.get(name));
    }

    /** All users, by the bytes of their names. */
    public List<User> users() {
        return List.copyOf(users.values());
    }

    /** All recorded roles, by the bytes of their names. */
    public List<Role> roles() {
        return List.copyOf(roles.values());
    }

    /** Whether a caller may read all keys of a range. */
    public @Nullable ErrorCode mayRead(Caller caller, KeyRange range) {
        if (isFree(caller)) {
            return null;
        }
        ErrorCode unknown = identity(caller);
        if (unknown != null) {
            return unknown;
        }
        return rights(caller).mayRead(range) ? null : ErrorCode.PERMISSION_DENIED;
    }

    /** Whether a caller may change all keys of a range. */
    public @Nullable ErrorCode mayWrite(Caller caller, KeyRange range) {
        if (isFree(caller)) {
            return null;
        }
        ErrorCode unknown = identity(caller);
        if (unknown != null) {
            return unknown;
        }
        return rights(caller).mayWrite(range) ? null : ErrorCode.PERMISSION_DENIED;
    }

    /** Whether a caller may do what concerns the cluster. As in etcd, it doesn't matter when he was known to be who he is. */
    public @Nullable ErrorCode mayAdminister(Caller caller) {
        if (isFree(caller)) {
            return null;
        }
        if (!(caller instanceof Caller.User(String name, long _))) {
            return ErrorCode.USER_EMPTY;
        }
        User user = users.get(name);
        if (user == null) {
            return ErrorCode.USER_NOT_FOUND;
        }
        return user.hasRole(Role.ROOT) ? null : ErrorCode.PERMISSION_DENIED;
    }

    /** Whether a caller says who he is, which is enough for some calls. */
    public @Nullable ErrorCode mayCall(Caller caller) {
        return isFree(caller) || caller instanceof Caller.User ? null : ErrorCode.USER_EMPTY;
    }

    /** Whether a caller may do everything: nothing is asked of him, or he has the role for it. */
    public boolean isUnlimited(Caller caller) {
        return isFree(caller) || (identity(caller) == null && rights(caller).root());
    }

    private boolean isFree(Caller caller) {
        return !enabled || caller instanceof Caller.Cluster;
    }

    private @Nullable ErrorCode identity(Caller caller) {
        if (!(caller instanceof Caller.User(String _, long knownAt))) {
            return ErrorCode.USER_EMPTY;
        }
        return knownAt < revision ? ErrorCode.AUTH_OLD_REVISION : null;
    }

    private Rights rights(Caller caller) {
        User user = caller instanceof Caller.User(String name, long _) ? users.get(name) : null;
        return user == null ? Rights.NONE : rights.computeIfAbsent(user.name(), _ -> workOut(user));
    }

    private Rights workOut(User user) {
        List<Permission> all = new ArrayList<>();
        for (String role : user.roles()) {
            Role known = roles.get(role);
            if (known != null) {
                all.addAll(known.permissions());
            }
        }
        return Rights.of(user.hasRole(Role.ROOT), all);
    }
}
