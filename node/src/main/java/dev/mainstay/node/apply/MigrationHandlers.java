package dev.mainstay.node.apply;

import dev.mainstay.node.apply.MigrationState.Phase;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.auth.Role;
import dev.mainstay.node.auth.User;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.mvcc.KeyVersion;
import dev.mainstay.node.mvcc.KvWriter;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes over what another cluster holds. A command that was applied before changes nothing and is answered like the first one. What
 * doesn't fit, such as a version that can't be the next of its key, ends the migration: the two clusters differ then, and nobody
 * could say from where on.
 *
 * <p>While it lasts, leases have a deadline that never comes; each begins to run, with all of its TTL, at the end.
 */
final class MigrationHandlers {

    /** Later than any cluster lasts, and far enough from the largest number to be calculated with. */
    static final long NEVER_MILLIS = Long.MAX_VALUE / 4;

    private static final Outcome OTHER = new Outcome.Refused(ErrorCode.MIGRATION_UNKNOWN);
    private static final Outcome EARLY = new Outcome.Refused(ErrorCode.MIGRATION_OUT_OF_ORDER);

    private final Migration migration;
    private final LeaseTable leases;
    private final AuthTable auth;

    MigrationHandlers(Migration migration, LeaseTable leases, AuthTable auth) {
        this.migration = migration;
        this.leases = leases;
        this.auth = auth;
    }

    Outcome apply(LogEntry entry, MigrationCommand command) {
        MigrationState now = migration.now();
        if (command instanceof MigrationCommand.Begin begin) {
            return begin(entry, now, begin);
        }
        if (command.migration() != now.id()) {
            return OTHER;
        }
        if (command instanceof MigrationCommand.Abort) {
            return abort(entry, now);
        }
        return switch (now.phase()) {
            case LOADING -> load(entry, now, command);
            case FOLLOWING -> follow(entry, now, command);
            case FINISHED ->
                command instanceof MigrationCommand.Finish
                        ? done(entry)
                        : new Outcome.Refused(ErrorCode.MIGRATION_FINISHED);
            case ABORTED -> new Outcome.Refused(ErrorCode.MIGRATION_ABORTED);
            case NONE -> OTHER;
        };
    }

    private Outcome begin(LogEntry entry, MigrationState now, MigrationCommand.Begin begin) {
        if (now.id() == begin.migration() && (now.phase() == Phase.LOADING || now.phase() == Phase.FOLLOWING)) {
            return done(entry);
        }
        AuthState users = auth.now();
        boolean empty = now.phase() == Phase.NONE
                && entry.kv().revision() == 1
                && leases.isEmpty()
                && !users.enabled()
                && users.users().isEmpty()
                && users.roles().isEmpty();
        if (!empty) {
            return new Outcome.Refused(ErrorCode.MIGRATION_NOT_EMPTY);
        }
        migration.set(
                entry.changes(),
                new MigrationState(
                        begin.migration(),
                        Phase.LOADING,
                        begin.source(),
                        begin.revision(),
                        begin.compactRevision(),
                        0,
                        new Revision(0, 0)));
        return done(entry);
    }

    private Outcome load(LogEntry entry, MigrationState now, MigrationCommand command) {
        return switch (command) {
            case MigrationCommand.AddUsers add -> addUsers(entry, add);
            case MigrationCommand.AddLeases add -> addLeases(entry, add);
            case MigrationCommand.Load part -> loadPart(entry, now, part);
            case MigrationCommand.Complete complete -> complete(entry, now, complete);
            default -> EARLY;
        };
    }

    private Outcome follow(LogEntry entry, MigrationState now, MigrationCommand command) {
        return switch (command) {
            case MigrationCommand.AddLeases add -> addLeases(entry, add);
            case MigrationCommand.DropLeases drop -> dropLeases(entry, drop);
            case MigrationCommand.Follow next -> followRevisions(entry, now, next);
            case MigrationCommand.FollowCompaction compaction -> compact(entry, compaction);
            case MigrationCommand.Finish finish -> finish(entry, now, finish);
            // What is left of the beginning came twice.
            default -> done(entry);
        };
    }

    private Outcome addUsers(LogEntry entry, MigrationCommand.AddUsers add) {
        SortedMap<String, User> users = new TreeMap<>(AuthState.BY_BYTES);
        SortedMap<String, Role> roles = new TreeMap<>(AuthState.BY_BYTES);
        AuthState before = auth.now();
        before.users().forEach(user -> users.put(user.name(), user));
        before.roles().forEach(role -> roles.put(role.name(), role));
        add.users().forEach(user -> users.put(user.name(), new User(user.name(), user.passwordHash(), user.roles())));
        add.roles().forEach(role -> roles.put(role.name(), new Role(role.name(), role.permissions())));
        auth.load(entry.changes(), false, before.revision(), List.copyOf(users.values()), List.copyOf(roles.values()));
        return done(entry);
    }

    private Outcome addLeases(LogEntry entry, MigrationCommand.AddLeases add) {
        for (MigrationCommand.LeaseFields fields : add.leases()) {
            long ttl = Math.clamp(fields.ttlSeconds(), 1, Lease.MAX_TTL_SECONDS);
            Lease known = leases.get(fields.id());
            if (fields.id() != 0 && (known == null || known.ttlSeconds() != ttl)) {
                replace(entry, known, new Lease(fields.id(), ttl, NEVER_MILLIS));
            }
        }
        return done(entry);
    }

    /** Keys that hang on it go on to do so. */
    private void replace(LogEntry entry, @Nullable Lease before, Lease after) {
        if (before != null) {
            leases.remove(entry.changes(), before.id());
            entry.leaseChanged(before.id(), null);
        }
        leases.grant(entry.changes(), after);
        entry.leaseChanged(after.id(), after);
    }

    private Outcome dropLeases(LogEntry entry, MigrationCommand.DropLeases drop) {
        for (long id : drop.leases()) {
            if (leases.get(id) != null) {
                for (Bytes key : leases.keys(entry.changes(), id)) {
                    leases.detach(entry.changes(), id, key);
                }
                leases.remove(entry.changes(), id);
                entry.leaseChanged(id, null);
            }
        }
        return done(entry);
    }

    private Outcome loadPart(LogEntry entry, MigrationState now, MigrationCommand.Load load) {
        if (load.part() <= now.parts()) {
            return done(entry);
        }
        if (load.part() != now.parts() + 1) {
            return EARLY;
        }
        Revision last = now.last();
        long readable = Math.max(1, now.compactRevision());
        for (MigrationCommand.Version fields : load.versions()) {
            KeyVersion version = new KeyVersion(fields.revision(), fields.tombstone(), fields.kv());
            long main = version.revision().main();
            // From the compact revision on there is something of every revision.
            boolean dense = main <= readable || main - Math.max(last.main(), readable) <= 1;
            boolean fits = dense
                    && version.revision().compareTo(last) > 0
                    && main <= now.snapshotRevision()
                    && entry.kv().continues(version, main > readable);
            if (!fits) {
                return diverged(entry);
            }
            load(entry, version);
            last = version.revision();
        }
        // What clients were shown so far is an empty store; watchers get all this from the history.
        var _ = entry.kv().endMutation();
        migration.set(entry.changes(), now.with(load.part(), last));
        return done(entry);
    }

    private Outcome complete(LogEntry entry, MigrationState now, MigrationCommand.Complete complete) {
        KvWriter kv = entry.kv();
        if (complete.parts() != now.parts()) {
            return EARLY;
        }
        if (now.compactRevision() > 1) {
            kv.loadNothing(now.compactRevision());
        }
        if (kv.revision() != now.snapshotRevision()) {
            return diverged(entry);
        }
        if (now.compactRevision() > 0) {
            ErrorCode refusal = kv.compact(now.compactRevision());
            if (refusal != null) {
                return diverged(entry);
            }
        }
        AuthState users = auth.now();
        auth.load(
                entry.changes(),
                complete.authEnabled(),
                Math.max(1, complete.authRevision()),
                List.copyOf(users.users()),
                List.copyOf(users.roles()));
        migration.set(
                entry.changes(),
                now.with(now.parts(), new Revision(kv.revision(), 0)).in(Phase.FOLLOWING));
        return done(entry);
    }

    private Outcome followRevisions(LogEntry entry, MigrationState now, MigrationCommand.Follow follow) {
        KvWriter kv = entry.kv();
        List<MigrationCommand.Version> versions = follow.versions();
        int from = 0;
        while (from < versions.size()) {
            long main = versions.get(from).revision().main();
            int to = from;
            while (to < versions.size() && versions.get(to).revision().main() == main) {
                to++;
            }
            if (main > kv.revision() + 1) {
                return EARLY;
            }
            if (main == kv.revision() + 1) {
                if (!makeRevision(entry, versions.subList(from, to))) {
                    return diverged(entry);
                }
                entry.endCommand();
            }
            from = to;
        }
        if (kv.revision() != now.last().main()) {
            migration.set(entry.changes(), now.with(now.parts(), new Revision(kv.revision(), 0)));
        }
        return done(entry);
    }

    /** Whether the versions were what comes next. */
    private boolean makeRevision(LogEntry entry, List<MigrationCommand.Version> versions) {
        int sub = 0;
        for (MigrationCommand.Version fields : versions) {
            KeyVersion version = new KeyVersion(fields.revision(), fields.tombstone(), fields.kv());
            if (fields.revision().sub() != sub++ || !entry.kv().continues(version, true)) {
                return false;
            }
            load(entry, version);
        }
        return true;
    }

    private void load(LogEntry entry, KeyVersion version) {
        KeyValue kv = version.kv();
        KeyValue replaced = entry.kv().load(version);
        long before = replaced == null ? 0 : replaced.lease();
        long after = version.tombstone() ? 0 : kv.lease();
        if (before != after) {
            if (before != 0) {
                leases.detach(entry.changes(), before, kv.key());
            }
            if (after != 0 && leases.get(after) != null) {
                leases.attach(entry.changes(), after, kv.key());
            }
        }
    }

    private Outcome compact(LogEntry entry, MigrationCommand.FollowCompaction compaction) {
        ErrorCode refusal = entry.kv().compact(compaction.revision());
        return refusal == null || refusal == ErrorCode.COMPACTED ? done(entry) : new Outcome.Refused(refusal);
    }

    private Outcome finish(LogEntry entry, MigrationState now, MigrationCommand.Finish finish) {
        if (finish.revision() != entry.kv().revision()) {
            return EARLY;
        }
        for (Lease lease : leases.leases()) {
            long deadlineMillis = Math.addExact(entry.clockMillis(), lease.ttlMillis());
            replace(entry, lease, new Lease(lease.id(), lease.ttlSeconds(), deadlineMillis));
        }
        migration.set(entry.changes(), now.in(Phase.FINISHED));
        return done(entry);
    }

    private Outcome abort(LogEntry entry, MigrationState now) {
        if (now.phase() == Phase.FINISHED) {
            return new Outcome.Refused(ErrorCode.MIGRATION_FINISHED);
        }
        migration.set(entry.changes(), now.in(Phase.ABORTED));
        return done(entry);
    }

    /** What was written of the command so far stays: nobody is shown it any more. */
    private Outcome diverged(LogEntry entry) {
        var _ = entry.kv().endMutation();
        migration.set(entry.changes(), migration.now().in(Phase.ABORTED));
        return new Outcome.Refused(ErrorCode.MIGRATION_DIVERGED);
    }

    private static Outcome done(LogEntry entry) {
        return new Outcome.Done(entry.kv().revision());
    }
}
