package dev.mainstay.operator.access;

import dev.mainstay.api.v1alpha1.EtcdRoleSpec;
import dev.mainstay.operator.member.KeyRange;
import dev.mainstay.operator.member.Permission;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Permissions as members know them. Pure. */
final class Permissions {

    private Permissions() {}

    /** What a role's object asks for; throws {@link IllegalArgumentException} that says what to correct. */
    static List<Permission> of(EtcdRoleSpec spec) {
        return spec.permissions().stream()
                .map(permission -> new Permission(access(permission.access()), keys(permission)))
                .toList();
    }

    private static Permission.Access access(EtcdRoleSpec.Access access) {
        return switch (access) {
            case READ -> Permission.Access.READ;
            case WRITE -> Permission.Access.WRITE;
            case READ_WRITE -> Permission.Access.READ_WRITE;
        };
    }

    private static KeyRange keys(EtcdRoleSpec.Permission permission) {
        if (permission.key() != null) {
            return KeyRange.one(bytes(permission.key()));
        }
        if (permission.keyBytes() != null) {
            byte[] key = decoded("keyBytes", permission.keyBytes());
            if (key.length == 0) {
                throw new IllegalArgumentException("a permission has an empty keyBytes: name a key");
            }
            return KeyRange.one(key);
        }
        if (permission.prefix() != null) {
            return KeyRange.prefix(bytes(permission.prefix()));
        }
        if (permission.prefixBytes() != null) {
            return KeyRange.prefix(decoded("prefixBytes", permission.prefixBytes()));
        }
        if (permission.range() == null) {
            throw new IllegalArgumentException(
                    "a permission is for nothing: set one of key, keyBytes, prefix, prefixBytes and range");
        }
        byte[] from = bytes(permission.range().from());
        byte[] to = bytes(permission.range().to());
        if (Arrays.compareUnsigned(from, to) >= 0) {
            throw new IllegalArgumentException(
                    "the range from '" + permission.range().from() + "' to '"
                            + permission.range().to() + "' is empty: to must come after from");
        }
        return KeyRange.between(from, to);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] decoded(String field, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a permission's " + field + " isn't base64: '" + text + "'", e);
        }
    }
}
