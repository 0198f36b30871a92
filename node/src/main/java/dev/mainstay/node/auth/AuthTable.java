package dev.mainstay.node.auth;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.WriteSet;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Users, roles and whether they count, as the cluster agreed on them. Changed by the apply thread only, each time with the
 * transaction of its log entry; read by any, who may see a change a moment before it is written. The rules and their order
 * are etcd's; a change that is refused answers why, else {@code null}.
 *
 * <pre>
 * auth  's'        → whether it is on, revision
 *       'u' ∥ name → {@link AuthRecord}
 *       'r' ∥ name → {@link AuthRecord}
 * </pre>
 */
public final class AuthTable {

    /** One row per user and role, and one for the rest. */
    public static final Table TABLE = new Table("auth");

    private static final byte STANDING = 's';
    private static final byte USER = 'u';
    private static final byte ROLE = 'r';

    private volatile AuthState now;

    private AuthTable(AuthState now) {
        this.now = now;
    }

    /** Reads the users and roles of a store. */
    public static AuthTable open(StoreView store) {
        AuthState empty = AuthState.initial();
        AuthRecord.Standing standing = new AuthRecord.Standing(empty.enabled(), empty.revision());
        SortedMap<String, User> users = new TreeMap<>(AuthState.BY_BYTES);
        SortedMap<String, Role> roles = new TreeMap<>(AuthState.BY_BYTES);
        try (Cursor cursor = store.cursor(TABLE, null, null)) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                byte[] key = cursor.key();
                String name = new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
                switch (key[0]) {
                    case STANDING -> standing = AuthRecord.decodeStanding(cursor.value());
                    case USER -> users.put(name, AuthRecord.decodeUser(name, cursor.value()));
                    case ROLE -> roles.put(name, AuthRecord.decodeRole(name, cursor.value()));
                    default -> throw new IllegalStateException("unknown auth record " + Arrays.toString(key));
                }
            }
        }
        return new AuthTable(new AuthState(standing.enabled(), standing.revision(), users, roles));
    }

    /** Users and roles as of the last applied entry. Any thread. */
    public AuthState now() {
        return now;
    }

    /** Takes all over from elsewhere, in place of what there was: for a table that nobody uses yet. */
    public void load(WriteSet changes, boolean enabled, long revision, List<User> users, List<Role> roles) {
        Edit edit = new Edit(changes);
        now.users().forEach(user -> edit.removeUser(user.name()));
        now.roles().forEach(role -> edit.removeRole(role.name()));
        users.forEach(edit::put);
        roles.forEach(edit::put);
        edit.enabled = enabled;
        edit.end(revision);
    }

    /** From now on callers must say who they are. */
    public @Nullable ErrorCode enable(WriteSet changes) {
        if (now.enabled()) {
            return null;
        }
        User root = now.user(User.ROOT).orElse(null);
        if (root == null) {
            return ErrorCode.ROOT_USER_MISSING;
        }
        if (!root.hasRole(Role.ROOT)) {
            return ErrorCode.ROOT_ROLE_MISSING;
        }
        Edit edit = new Edit(changes);
        edit.enabled = true;
        edit.end(false);
        return null;
    }

    /** From now on anybody may do anything. */
    public void disable(WriteSet changes) {
        if (now.enabled()) {
            Edit edit = new Edit(changes);
            edit.enabled = false;
            edit.end(true);
        }
    }

    /** @param passwordHash {@code null} for a user without a password */
    public @Nullable ErrorCode addUser(WriteSet changes, String name, @Nullable Bytes passwordHash) {
        if (name.isEmpty()) {
            return ErrorCode.USER_EMPTY;
        }
        if (now.user(name).isPresent()) {
            return ErrorCode.USER_EXISTS;
        }
        new Edit(changes).put(new User(name, passwordHash, List.of())).end(true);
        return null;
    }

    public @Nullable ErrorCode deleteUser(WriteSet changes, String name) {
        if (now.enabled() && name.equals(User.ROOT)) {
            return ErrorCode.INVALID_AUTH_MANAGEMENT;
        }
        if (now.user(name).isEmpty()) {
            return ErrorCode.USER_NOT_FOUND;
        }
        new Edit(changes).removeUser(name).end(true);
        return null;
    }

    /** A user without a password stays without. */
    public @Nullable ErrorCode setPassword(WriteSet changes, String name, Bytes passwordHash) {
        User user = now.user(name).orElse(null);
        if (user == null) {
            return ErrorCode.USER_NOT_FOUND;
        }
        new Edit(changes)
                .put(user.passwordHash() == null ? user : user.withPassword(passwordHash))
                .end(true);
        return null;
    }

    /** Granting what is granted already changes nothing. */
    public @Nullable ErrorCode grantRole(WriteSet changes, String name, String role) {
        User user = now.user(name).orElse(null);
        if (user == null) {
            return ErrorCode.USER_NOT_FOUND;
        }
        if (!role.equals(Role.ROOT) && now.role(role).isEmpty()) {
            return ErrorCode.ROLE_NOT_FOUND;
        }
        if (!user.hasRole(role)) {
            new Edit(changes).put(user.withRole(role)).end(true);
        }
        return null;
    }

    public @Nullable ErrorCode revokeRole(WriteSet changes, String name, String role) {
        if (now.enabled() && name.equals(User.ROOT) && role.equals(Role.ROOT)) {
            return ErrorCode.INVALID_AUTH_MANAGEMENT;
        }
        User user = now.user(name).orElse(null);
        if (user == null) {
            return ErrorCode.USER_NOT_FOUND;
        }
        if (!user.hasRole(role)) {
            return ErrorCode.ROLE_NOT_GRANTED;
        }
        new Edit(changes).put(user.withoutRole(role)).end(true);
        return null;
    }

    public @Nullable ErrorCode addRole(WriteSet changes, String name) {
        if (name.isEmpty()) {
            return ErrorCode.ROLE_EMPTY;
        }
        if (now.role(name).isPresent()) {
            return ErrorCode.ROLE_EXISTS;
        }
        new Edit(changes).put(new Role(name, List.of())).end(true);
        return null;
    }

    /** Takes the role from its users too. */
    public @Nullable ErrorCode deleteRole(WriteSet changes, String name) {
        if (now.enabled() && name.equals(Role.ROOT)) {
            return ErrorCode.INVALID_AUTH_MANAGEMENT;
        }
        if (now.role(name).isEmpty()) {
            return ErrorCode.ROLE_NOT_FOUND;
        }
        Edit edit = new Edit(changes).removeRole(name);
        for (User user : now.users()) {
            if (user.hasRole(name)) {
                edit.put(user.withoutRole(name));
            }
        }
        edit.end(true);
        return null;
    }

    /** Granting what is granted already counts as a change, other than with roles. */
    public @Nullable ErrorCode grantPermission(WriteSet changes, String name, Permission permission) {
        if (!permission.isGrantable()) {
            return ErrorCode.INVALID_AUTH_MANAGEMENT;
        }
        Role role = now.role(name).orElse(null);
        if (role == null) {
            return ErrorCode.ROLE_NOT_FOUND;
        }
        new Edit(changes).put(role.with(permission)).end(true);
        return null;
    }

    public @Nullable ErrorCode revokePermission(WriteSet changes, String name, Bytes key, Bytes rangeEnd) {
        Role role = now.role(name).orElse(null);
        if (role == null) {
            return ErrorCode.ROLE_NOT_FOUND;
        }
        if (role.permissions().stream().noneMatch(permission -> permission.isFor(key, rangeEnd))) {
            return ErrorCode.PERMISSION_NOT_GRANTED;
        }
        new Edit(changes).put(role.without(key, rangeEnd)).end(true);
        return null;
    }

    /** One change: what is written, and the state that comes of it. */
    private final class Edit {

        private final WriteSet changes;
        private final SortedMap<String, User> users = new TreeMap<>(AuthState.BY_BYTES);
        private final SortedMap<String, Role> roles = new TreeMap<>(AuthState.BY_BYTES);
        private boolean enabled = now.enabled();

        Edit(WriteSet changes) {
            this.changes = changes;
            now.users().forEach(user -> users.put(user.name(), user));
            now.roles().forEach(role -> roles.put(role.name(), role));
        }

        Edit put(User user) {
            users.put(user.name(), user);
            changes.put(TABLE, key(USER, user.name()), AuthRecord.encode(user));
            return this;
        }

        Edit put(Role role) {
            roles.put(role.name(), role);
            changes.put(TABLE, key(ROLE, role.name()), AuthRecord.encode(role));
            return this;
        }

        Edit removeUser(String name) {
            users.remove(name);
            changes.delete(TABLE, key(USER, name));
            return this;
        }

        Edit removeRole(String name) {
            roles.remove(name);
            changes.delete(TABLE, key(ROLE, name));
            return this;
        }

        void end(boolean counts) {
            end(now.revision() + (counts ? 1 : 0));
        }

        void end(long revision) {
            changes.put(TABLE, new byte[] {STANDING}, AuthRecord.encode(new AuthRecord.Standing(enabled, revision)));
            now = new AuthState(enabled, revision, users, roles);
        }

        private static byte[] key(byte kind, String name) {
            byte[] text = name.getBytes(StandardCharsets.UTF_8);
            byte[] key = new byte[1 + text.length];
            key[0] = kind;
            System.arraycopy(text, 0, key, 1, text.length);
            return key;
        }
    }
}
