package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
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
    private final Alarms alarms;

    Handlers(LeaseTable leases, MemberTable members, Alarms alarms) {
        this.keys = new KeyHandlers(leases);
        this.leases = new LeaseHandlers(leases, keys);
        this.members = new MemberHandlers(members);
        this.alarms = alarms;
    }

    @Override
    public Outcome apply(LogEntry entry, Command command) {
        return switch (command) {
            case Operation.Put put -> keys.put(entry, put);
            case Operation.DeleteRange delete -> keys.delete(entry, delete);
            case Operation.Txn txn -> keys.txn(entry, txn);
            case Command.Compact compact -> compact(entry, compact);
            case Command.GrantLease grant -> leases.grant(entry, grant);
            case Command.RevokeLease revoke -> leases.revoke(entry, revoke);
            case Command.ExpireLease expire -> leases.expire(entry, expire);
            case Command.RenewLease renew -> leases.renew(entry, renew);
            case Command.SetAlarm set -> setAlarm(entry, set);
            case Command.FoundCluster found -> members.found(entry, found);
            case Command.AddMember add -> members.add(entry, add);
            case Command.RemoveMember remove -> members.remove(entry, remove);
            case Command.UpdateMember update -> members.update(entry, update);
            case Command.PromoteMember promote -> members.promote(entry, promote);
            case Command.PublishMember publish -> members.publish(entry, publish);
            case Command.Tick _ -> new Outcome.Done(entry.kv().revision());
        };
    }

    private static Outcome compact(LogEntry entry, Command.Compact compact) {
        ErrorCode refusal = entry.kv().compact(compact.revision());
        return refusal != null
                ? new Outcome.Refused(refusal)
                : new Outcome.Done(entry.kv().revision());
    }

    private Outcome setAlarm(LogEntry entry, Command.SetAlarm set) {
        boolean changed = alarms.set(entry.changes(), set.alarm(), set.active());
        return new Outcome.AlarmsChanged(entry.kv().revision(), changed ? List.of(set.alarm()) : List.of());
    }
}
