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

    private static final Comparator<Permission> BY_KEY = Comparator.comparing(Permission::key);

    public Role {
        permissions = List.copyOf(permissions);
    }

    /** The same with this permission, in place of the one for the same range, or behind all that begin at the same key. */
    Role with(Permission permission) {
        List<Permission> more = new ArrayList<>(permissions);
        boolean replaced = false;
        for (int i = 0; i < more.size(); i++) {
            if (more.get(i).isFor(permission.key(), permission.rangeEnd())) {
                more.set(i, permission);
                replaced = true;
            }
        }
        if (!replaced) {
            more.add(permission);
            more.sort(BY_KEY);
        }
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
