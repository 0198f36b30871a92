package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;

/** The life of leases. Whether a lease's time is over is the leader's word; apply only checks that it still holds. */
final class LeaseHandlers {

    private static final Outcome NOT_FOUND = new Outcome.Refused(ErrorCode.LEASE_NOT_FOUND);

    private final LeaseTable leases;
    private final KeyHandlers keys;

    LeaseHandlers(LeaseTable leases, KeyHandlers keys) {
        this.leases = leases;
        this.keys = keys;
    }

    Outcome grant(LogEntry entry, Command.GrantLease grant) {
        if (grant.ttlSeconds() > Lease.MAX_TTL_SECONDS) {
            return new Outcome.Refused(ErrorCode.LEASE_TTL_TOO_LARGE);
        }
        if (leases.get(grant.id()) != null) {
            return new Outcome.Refused(ErrorCode.LEASE_EXISTS);
        }
        long deadline = entry.clockMillis() + Math.multiplyExact(grant.ttlSeconds(), 1000L);
        Lease lease = new Lease(grant.id(), grant.ttlSeconds(), deadline);
        leases.grant(entry.changes(), lease);
        entry.leaseChanged(lease.id(), lease);
        return new Outcome.Granted(entry.kv().revision(), lease.id(), lease.ttlSeconds());
    }

    Outcome revoke(LogEntry entry, Command.RevokeLease revoke) {
        return leases.get(revoke.id()) == null ? NOT_FOUND : end(entry, revoke.id());
    }

    /** Leaves a lease alone that was renewed since the leader looked: the caller sees that by looking again. */
    Outcome expire(LogEntry entry, Command.ExpireLease expire) {
        Lease lease = leases.get(expire.id());
        if (lease == null) {
            return NOT_FOUND;
        }
        return lease.deadlineMillis() == expire.deadlineMillis()
                ? end(entry, lease.id())
                : new Outcome.Done(entry.kv().revision());
    }

    Outcome renew(LogEntry entry, Command.RenewLease renew) {
        Lease lease = leases.get(renew.id());
        if (lease == null) {
            return NOT_FOUND;
        }
        Lease extended = leases.extend(entry.changes(), lease, renew.deadlineMillis());
        entry.leaseChanged(extended.id(), extended);
        return new Outcome.Done(entry.kv().revision());
    }

    private Outcome end(LogEntry entry, long id) {
        keys.deleteKeysOf(entry, id);
        leases.remove(entry.changes(), id);
        entry.leaseChanged(id, null);
        return new Outcome.Done(entry.kv().revision());
    }
}
