package dev.mainstay.node.apply;

import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.maintenance.Alarms;
import org.jspecify.annotations.Nullable;

/**
 * What raised alarms refuse. CORRUPT for the whole cluster: every change of keys and leases, while what keeps time goes on.
 * NOSPACE: what makes the store grow, while deletes, compactions and revocations go on.
 */
public record AlarmRules(Alarms alarms) {

    /** Why a command is refused, {@code null} if it isn't. */
    public @Nullable ErrorCode check(Command command) {
        if (alarms.stopsWrites() && changesData(command)) {
            return ErrorCode.CORRUPT;
        }
        return alarms.isRaised(Alarm.Type.NOSPACE) && WriteCost.of(command) > 0 ? ErrorCode.NO_SPACE : null;
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
