package dev.mainstay.node.apply;

import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;

/** Refuses every change but those of the migration itself while there is one; members, alarms, time and logins go on. */
final class MigrationGate implements CommandHandler {

    private static final Outcome REFUSED = new Outcome.Refused(ErrorCode.MIGRATING);
    private static final Outcome ABORTED = new Outcome.Refused(ErrorCode.MIGRATION_ABORTED);

    private final Migration migration;
    private final CommandHandler next;

    MigrationGate(Migration migration, CommandHandler next) {
        this.migration = migration;
        this.next = next;
    }

    @Override
    public Outcome apply(LogEntry entry, Command command) {
        MigrationState now = migration.now();
        if (now.allowsWrites() || !isClients(command)) {
            return next.apply(entry, command);
        }
        return now.phase() == MigrationState.Phase.ABORTED ? ABORTED : REFUSED;
    }

    private static boolean isClients(Command command) {
        return switch (command) {
            case AuthCommand.IssueToken _, MigrationCommand _, Command.By _ -> false;
            case AuthCommand _ -> true;
            case Operation.Put _, Operation.DeleteRange _, Operation.Txn _ -> true;
            case Command.Compact _, Command.GrantLease _, Command.RevokeLease _, Command.ExpireLease _ -> true;
            case Command.RenewLease _, Command.SetAlarm _, Command.Tick _, Command.MarkArchive _ -> false;
            case Command.ReportCorrupt _, Command.BeginStateHash _, Command.ForceNewCluster _ -> false;
            case Command.FoundCluster _, Command.AddMember _, Command.RemoveMember _ -> false;
            case Command.UpdateMember _, Command.PromoteMember _, Command.PublishMember _ -> false;
        };
    }
}
