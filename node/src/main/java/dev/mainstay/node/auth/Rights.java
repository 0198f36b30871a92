package dev.mainstay.node.auth;

import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.Permission;
import java.util.List;

/** What a user may do by all of his roles together. Immutable. */
record Rights(boolean root, RangeSet readable, RangeSet writable) {

    static final Rights NONE = of(false, List.of());

    static Rights of(boolean root, List<Permission> permissions) {
        return new Rights(
                root,
                RangeSet.of(permissions.stream()
                        .filter(permission -> permission.kind().reads())
                        .map(Permission::range)
                        .toList()),
                RangeSet.of(permissions.stream()
                        .filter(permission -> permission.kind().writes())
                        .map(Permission::range)
                        .toList()));
    }

    boolean mayRead(KeyRange range) {
        return root || readable.covers(range);
    }

    boolean mayWrite(KeyRange range) {
        return root || writable.covers(range);
    }
}
