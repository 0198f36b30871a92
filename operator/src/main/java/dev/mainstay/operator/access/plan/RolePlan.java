package dev.mainstay.operator.access.plan;

import dev.mainstay.operator.member.KeyRange;
import dev.mainstay.operator.member.Permission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * By which calls a role becomes what is wanted. What it may do is given before other things are taken, so that a range that is only cut
 * differently is never out of reach; a range whose access changes is changed by one call.
 */
public final class RolePlan {

    private RolePlan() {}

    /**
     * The calls, in their order; none if all is well.
     *
     * @param role its name
     * @param wanted what it should allow
     * @param found what it allows; null if there is no such role
     */
    public static List<AuthCall> calls(
            String role, Collection<Permission> wanted, @Nullable Collection<Permission> found) {
        List<AuthCall> calls = new ArrayList<>();
        if (found == null) {
            calls.add(new AuthCall.AddRole(role));
        }
        SortedMap<KeyRange, Permission.Access> should = byRange(wanted);
        SortedMap<KeyRange, Permission.Access> does = byRange(found == null ? List.of() : found);
        should.forEach((keys, access) -> {
            if (access != does.get(keys)) {
                calls.add(new AuthCall.GrantPermission(role, new Permission(access, keys)));
            }
        });
        does.keySet().stream()
                .filter(keys -> !should.containsKey(keys))
                .forEach(keys -> calls.add(new AuthCall.RevokePermission(role, keys)));
        return calls;
    }

    /** Members know one access for each range: reading and writing of the same range are both. */
    private static SortedMap<KeyRange, Permission.Access> byRange(Collection<Permission> permissions) {
        SortedMap<KeyRange, Permission.Access> ranges = new TreeMap<>();
        permissions.forEach(permission -> ranges.merge(permission.keys(), permission.access(), Permission.Access::and));
        return ranges;
    }
}
