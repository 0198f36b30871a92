package dev.mainstay.node.auth;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Permission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A role.
 *
 * @param permissions ascending by key, then by range end
 */
public record Role(String name, List<Permission> permissions) {

    /** The role that may do everything. It needn't be recorded to be granted. */
    public static final String ROOT = "root";

    private static final Comparator<Permission> BY_RANGE =
            Comparator.comparing(Permission::key).thenComparing(Permission::rangeEnd);

    public Role {
        permissions = List.copyOf(permissions);
    }

    /** The same with this permission, in place of the one for the same range. */
    Role with(Permission permission) {
        List<Permission> more = new ArrayList<>(without(permission.key(), permission.rangeEnd()).permissions);
        more.add(permission);
        more.sort(BY_RANGE);
        return new Role(name, more);
    }

    Role without(Bytes key, Bytes rangeEnd) {
        return new Role(
                name,
                permissions.stream()
                        .filter(permission -> !permission.isFor(key, rangeEnd))
                        .toList());
    }
}
