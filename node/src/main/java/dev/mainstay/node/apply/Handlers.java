package dev.mainstay.node.apply;

import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import java.util.List;

/** Hands each command to what handles it. */
final class Handlers implements CommandHandler {

    private final KeyHandlers keys;
    private final LeaseHandlers leases;
    private final MemberHandlers members;
    private final AuthHandlers auth;
    private final Alarms alarms;
    private final MigrationHandlers migration;
    private final ArchiveMarks marks;

    Handlers(
            LeaseTable leases,
            MemberTable members,
            AuthTable auth,
            Alarms alarms,
            Migration migration,
            ArchiveMarks marks) {
        this.keys = new KeyHandlers(leases);
        this.leases = new LeaseHandlers(leases, keys);
        this.members = new MemberHandlers(members);
        this.auth = new AuthHandlers(auth);
        this.alarms = alarms;
        this.migration = new MigrationHandlers(migration, leases, auth);
        this.marks = marks;
    }

    @Override
    public Outcome apply(LogEntry entry, Command command) {
        return switch (command) {
            case Operation.Put put -> keys.put(entry, put);
            case Operation.DeleteRange delete -> keys.delete(entry, delete);
            case Operation.Txn txn -> keys.txn(entry, txn);
            case AuthCommand change -> auth.apply(entry, change);
            case MigrationCommand step -> migration.apply(entry, step);
            case Command.By _ -> throw new IllegalArgumentException("the caller is the entry's to know");
            case Command.Compact compact -> compact(entry, compact);
            case Command.GrantLease grant -> leases.grant(entry, grant);
            case Command.RevokeLease revoke -> leases.revoke(entry, revoke);
            case Command.ExpireLease expire -> leases.expire(entry, expire);
            case Command.RenewLease renew -> leases.renew(entry, renew);
            case Command.SetAlarm set -> setAlarm(entry, set);
            case Command.ReportCorrupt report -> reportCorrupt(entry, report);
            case Command.FoundCluster found -> members.found(entry, found);
            case Command.ForceNewCluster force -> forceNewCluster(entry, force);
            case Command.AddMember add -> members.add(entry, add);
            case Command.RemoveMember remove -> removeMember(entry, remove);
            case Command.UpdateMember update -> members.update(entry, update);
            case Command.PromoteMember promote -> members.promote(entry, promote);
            case Command.PublishMember publish -> members.publish(entry, publish);
            case Command.BeginStateHash _ -> {
                entry.beginStateHash();
                yield new Outcome.Done(entry.kv().revision());
            }
            case Command.MarkArchive mark -> {
                entry.markArchive(mark);
                yield new Outcome.Done(entry.kv().revision());
            }
            case Command.Tick _ -> new Outcome.Done(entry.kv().revision());
        };
    }

    private static Outcome compact(LogEntry entry, Command.Compact compact) {
        ErrorCode refusal = entry.kv().compact(compact.revision());
        return refusal != null
                ? new Outcome.Refused(refusal)
                : new Outcome.Done(entry.kv().revision());
    }

    private Outcome reportCorrupt(LogEntry entry, Command.ReportCorrupt report) {
        long memberId = report.memberId();
        boolean changed = memberId == 0
                ? alarms.set(entry.changes(), new Alarm(0, Alarm.Type.CORRUPT), true)
                : members.isMember(memberId) && alarms.contain(entry.changes(), memberId);
        return new Outcome.AlarmsChanged(
                entry.kv().revision(), changed ? List.of(new Alarm(memberId, Alarm.Type.CORRUPT)) : List.of());
    }

    /** What was wrong with a member's data concerns nobody once it is gone. */
    private Outcome removeMember(LogEntry entry, Command.RemoveMember remove) {
        Outcome outcome = members.remove(entry, remove);
        if (outcome instanceof Outcome.MembersChanged) {
            forgetDamage(entry, remove.id());
        }
        return outcome;
    }

    private Outcome forceNewCluster(LogEntry entry, Command.ForceNewCluster force) {
        List<Long> others = members.others(force.member().id());
        Outcome outcome = members.force(entry, force);
        if (outcome instanceof Outcome.MembersChanged) {
            others.forEach(id -> forgetDamage(entry, id));
            // What was archived may hold entries that were lost with the others.
            marks.clear(entry.changes());
        }
        return outcome;
    }

    /** What a member's data were like is nobody's business once it has left. */
    private void forgetDamage(LogEntry entry, long memberId) {
        if (alarms.isCorrupt(memberId)) {
            alarms.set(entry.changes(), new Alarm(memberId, Alarm.Type.CORRUPT), false);
        }
    }

    private Outcome setAlarm(LogEntry entry, Command.SetAlarm set) {
        boolean changed = alarms.set(entry.changes(), set.alarm(), set.active());
        return new Outcome.AlarmsChanged(entry.kv().revision(), changed ? List.of(set.alarm()) : List.of());
    }
}
