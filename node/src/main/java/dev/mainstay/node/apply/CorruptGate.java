package dev.mainstay.node.apply;

import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.maintenance.Alarms;

/** Refuses every change of keys and leases while a CORRUPT alarm stands for the whole cluster; what keeps time goes on. */
final class CorruptGate implements CommandHandler {

    private static final Outcome REFUSED = new Outcome.Refused(ErrorCode.CORRUPT);

    private final Alarms alarms;
    private final CommandHandler next;

    CorruptGate(Alarms alarms, CommandHandler next) {
        this.alarms = alarms;
        this.next = next;
    }

    @Override
    public Outcome apply(LogEntry entry, Command command) {
        return alarms.stopsWrites() && changesData(command) ? REFUSED : next.apply(entry, command);
    }

    private static boolean changesData(Command command) {
        return switch (command) {
            case AuthCommand _, Command.By _ -> false;
            case MigrationCommand _ -> true;
            case Operation.Put _, Operation.DeleteRange _, Operation.Txn _ -> true;
            case Command.Compact _, Command.GrantLease _, Command.RevokeLease _, Command.ExpireLease _ -> true;
            case Command.RenewLease _, Command.SetAlarm _, Command.Tick _, Command.MarkArchive _ -> false;
            case Command.ReportCorrupt _, Command.BeginStateHash _, Command.ForceNewCluster _ -> false;
            case Command.FoundCluster _, Command.AddMember _, Command.RemoveMember _ -> false;
            case Command.UpdateMember _, Command.PromoteMember _, Command.PublishMember _ -> false;
        };
    }
}
