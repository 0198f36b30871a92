package dev.mainstay.node.apply;

import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import java.util.List;

/** What a command may add to the store, in bytes, as etcd estimates it for its quota. */
public final class WriteCost {

    private static final long PUT_BYTES = 256;
    private static final long LEASE_BYTES = 64;

    private WriteCost() {}

    /** The cost in bytes; 0 for what adds nothing. A transaction costs what the dearer branch does. */
    public static long of(Command command) {
        return switch (command) {
            case AuthCommand _ -> 0;
            case MigrationCommand.Load load -> ofVersions(load.versions());
            case MigrationCommand.Follow follow -> ofVersions(follow.versions());
            case MigrationCommand.AddLeases add -> LEASE_BYTES * add.leases().size();
            case MigrationCommand _ -> 0;
            case Command.By by -> of(by.command());
            case Operation.Put put -> ofPut(put);
            case Operation.Txn txn -> ofTxn(txn);
            case Command.GrantLease _ -> LEASE_BYTES;
            case Operation.DeleteRange _ -> 0;
            case Command.Compact _, Command.RevokeLease _, Command.ExpireLease _ -> 0;
            case Command.RenewLease _, Command.SetAlarm _, Command.Tick _, Command.MarkArchive _ -> 0;
            case Command.ReportCorrupt _, Command.BeginStateHash _, Command.ForceNewCluster _ -> 0;
            case Command.FoundCluster _, Command.AddMember _, Command.RemoveMember _ -> 0;
            case Command.UpdateMember _, Command.PromoteMember _, Command.PublishMember _ -> 0;
        };
    }

    private static long ofPut(Operation.Put put) {
        return PUT_BYTES + put.key().length() + put.value().length();
    }

    /** A revision that only deletes costs nothing, so that a full store can still follow it. */
    private static long ofVersions(List<MigrationCommand.Version> versions) {
        long sum = 0;
        for (MigrationCommand.Version version : versions) {
            sum += version.tombstone()
                    ? 0
                    : PUT_BYTES
                            + version.kv().key().length()
                            + version.kv().value().length();
        }
        return sum;
    }

    private static long ofTxn(Operation.Txn txn) {
        return Math.max(ofAll(txn.success()), ofAll(txn.failure()));
    }

    private static long ofAll(List<Operation> operations) {
        long sum = 0;
        for (Operation operation : operations) {
            sum += switch (operation) {
                case Operation.Put put -> ofPut(put);
                case Operation.Txn txn -> ofTxn(txn);
                case Operation.Range _, Operation.DeleteRange _ -> 0;
            };
        }
        return sum;
    }
}
