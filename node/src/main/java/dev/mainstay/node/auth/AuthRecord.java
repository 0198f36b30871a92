package dev.mainstay.node.auth;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Permission;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How users and roles are written in the store.
 *
 * <pre>
 * state       = format (1 byte, 1) enabled (1) revision (8)
 * user        = format (1 byte, 1) hasPassword (1) [bytes] count (4) bytes*   password hash, roles
 * role        = format (1 byte, 1) count (4) (kind (1) bytes bytes)*          kind, key, range end
 * bytes       = length (4) bytes
 * </pre>
 */
final class AuthRecord {

    private static final byte FORMAT = 1;
    private static final Permission.Kind[] KINDS = Permission.Kind.values();

    private AuthRecord() {}

    /** Whether authentication is on, and the revision of users and roles. */
    record Standing(boolean enabled, long revision) {}

    static byte[] encode(Standing standing) {
        return ByteBuffer.allocate(2 + Long.BYTES)
                .put(FORMAT)
                .put(flag(standing.enabled()))
                .putLong(standing.revision())
                .array();
    }

    static Standing decodeStanding(byte[] row) {
        return read(row, in -> new Standing(in.get() == 1, in.getLong()));
    }

    static byte[] encode(User user) {
        Bytes hash = user.passwordHash();
        List<Bytes> roles = user.roles().stream().map(Bytes::utf8).toList();
        int size = 2 + Integer.BYTES + (hash == null ? 0 : size(hash));
        for (Bytes role : roles) {
            size += size(role);
        }
        ByteBuffer out = ByteBuffer.allocate(size).put(FORMAT).put(flag(hash != null));
        if (hash != null) {
            write(out, hash);
        }
        out.putInt(roles.size());
        roles.forEach(role -> write(out, role));
        return out.array();
    }

    static User decodeUser(String name, byte[] row) {
        return read(row, in -> {
            @Nullable Bytes hash = in.get() == 1 ? bytes(in) : null;
            int count = count(in);
            List<String> roles = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                roles.add(new String(bytes(in).array(), StandardCharsets.UTF_8));
            }
            return new User(name, hash, roles);
        });
    }

    static byte[] encode(Role role) {
        int size = 1 + Integer.BYTES;
        for (Permission permission : role.permissions()) {
            size += 1 + size(permission.key()) + size(permission.rangeEnd());
        }
        ByteBuffer out = ByteBuffer.allocate(size).put(FORMAT);
        out.putInt(role.permissions().size());
        for (Permission permission : role.permissions()) {
            out.put(code(permission.kind()));
            write(out, permission.key());
            write(out, permission.rangeEnd());
        }
        return out.array();
    }

    static Role decodeRole(String name, byte[] row) {
        return read(row, in -> {
            int count = count(in);
            List<Permission> permissions = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                permissions.add(new Permission(kind(in.get()), bytes(in), bytes(in)));
            }
            return new Role(name, permissions);
        });
    }

    private static byte code(Permission.Kind kind) {
        return switch (kind) {
            case READ -> 0;
            case WRITE -> 1;
            case READWRITE -> 2;
        };
    }

    private static Permission.Kind kind(byte code) {
        for (Permission.Kind kind : KINDS) {
            if (code(kind) == code) {
                return kind;
            }
        }
        throw new IllegalStateException("unknown kind of permission " + code);
    }

    private static byte flag(boolean set) {
        return (byte) (set ? 1 : 0);
    }

    private static int size(Bytes bytes) {
        return Integer.BYTES + bytes.length();
    }

    private static void write(ByteBuffer out, Bytes bytes) {
        out.putInt(bytes.length()).put(bytes.array());
    }

    private static Bytes bytes(ByteBuffer in) {
        byte[] bytes = new byte[count(in)];
        in.get(bytes);
        return Bytes.wrap(bytes);
    }

    /** A number of things that follow, of at least one byte each. */
    private static int count(ByteBuffer in) {
        int count = in.getInt();
        Invariant.check(count >= 0 && count <= in.remaining(), "auth record ends early");
        return count;
    }

    private static <T> T read(byte[] row, Function<ByteBuffer, T> reading) {
        ByteBuffer in = ByteBuffer.wrap(row);
        try {
            byte format = in.get();
            Invariant.check(format == FORMAT, "auth record of unknown format %d", format);
            T value = reading.apply(in);
            Invariant.check(!in.hasRemaining(), "%d bytes left over in an auth record", in.remaining());
            return value;
        } catch (BufferUnderflowException e) {
            throw new IllegalStateException("auth record ends early", e);
        }
    }
}
