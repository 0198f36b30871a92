package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.common.Revision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes another cluster's state over, revision by revision, and then follows it until it is left. Each command may come twice: what
 * was done already is done once.
 */
public sealed interface MigrationCommand extends Command {

    /** Which migration it belongs to; never 0. */
    long migration();

    /**
     * Begins, in a cluster that holds nothing yet.
     *
     * @param source the id of the cluster that is left
     * @param revision that of the snapshot which is loaded
     * @param compactRevision what the snapshot is compacted to, -1 if nothing ever was
     */
    record Begin(long migration, long source, long revision, long compactRevision) implements MigrationCommand {}

    /** Adds users and roles, or replaces those of the same names. They count once {@link Complete} says so. */
    record AddUsers(long migration, List<UserFields> users, List<RoleFields> roles) implements MigrationCommand {

        public AddUsers {
            users = List.copyOf(users);
            roles = List.copyOf(roles);
        }
    }

    /** Adds leases, or gives those that are there another TTL. They don't run before the end. */
    record AddLeases(long migration, List<LeaseFields> leases) implements MigrationCommand {

        public AddLeases {
            leases = List.copyOf(leases);
        }
    }

    /** Takes leases away that the source has no more; their keys stay, since the source's own deletions come. */
    record DropLeases(long migration, List<Long> leases) implements MigrationCommand {

        public DropLeases {
            leases = List.copyOf(leases);
        }
    }

    /**
     * Loads a part of the snapshot.
     *
     * @param part 1 for the first, then one more each
     * @param versions ascending by revision, above all of earlier parts
     */
    record Load(long migration, long part, List<Version> versions) implements MigrationCommand {

        public Load {
            versions = List.copyOf(versions);
        }
    }

    /**
     * The snapshot is loaded.
     *
     * @param parts how many there were
     * @param authEnabled whether callers must say who they are from now on
     * @param authRevision that of users and roles
     */
    record Complete(long migration, long parts, boolean authEnabled, long authRevision) implements MigrationCommand {}

    /** Makes the source's next revisions, each as a whole. */
    record Follow(long migration, List<Version> versions) implements MigrationCommand {

        public Follow {
            versions = List.copyOf(versions);
        }
    }

    /** Compacts as the source did. */
    record FollowCompaction(long migration, long revision) implements MigrationCommand {}

    /**
     * The source is left: from now on clients may write, and leases run, each with all of its TTL.
     *
     * @param revision at which both were found equal; no other will do
     */
    record Finish(long migration, long revision) implements MigrationCommand {}

    /** Gives up: what is here is of no use to anybody. */
    record Abort(long migration) implements MigrationCommand {}

    /**
     * One version of a key.
     *
     * @param tombstone whether the key was deleted; then {@code kv} says only which key and when
     */
    record Version(Revision revision, boolean tombstone, KeyValue kv) {}

    /** A lease. */
    record LeaseFields(long id, long ttlSeconds) {}

    /**
     * A user.
     *
     * @param passwordHash bcrypt's; empty if no password fits, {@code null} for a user without a password
     */
    record UserFields(String name, @Nullable Bytes passwordHash, List<String> roles) {

        public UserFields {
            roles = List.copyOf(roles);
        }
    }

    /** A role. */
    record RoleFields(String name, List<Permission> permissions) {

        public RoleFields {
            permissions = List.copyOf(permissions);
        }
    }
}
