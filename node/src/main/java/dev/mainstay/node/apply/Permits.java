package dev.mainstay.node.apply;

import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What each command needs to be permitted; etcd's table of it. Whoever attaches a key to a lease, or ends a lease, must be
 * permitted to change all of its keys, since that is what its end does.
 *
 * @param keysOf the keys that hang on a lease
 */
public record Permits(AuthState state, Caller caller, LongFunction<List<Bytes>> keysOf) {

    /** Why a command isn't permitted, {@code null} if it is. */
    public @Nullable ErrorCode check(Command command) {
        if (state.isUnlimited(caller)) {
            return null;
        }
        return switch (command) {
            case Operation.Put put -> put(put);
            case Operation.DeleteRange delete -> delete(delete);
            case Operation.Txn txn -> txn(txn);
            case Command.By by -> check(by.command());
            case AuthCommand.IssueToken _ -> null;
            case AuthCommand _, MigrationCommand _ -> state.mayAdminister(caller);
            case Command.RevokeLease(long id) -> lease(id);
            case Command.GrantLease _ -> state.mayCall(caller);
            case Command.Compact _, Command.SetAlarm _ -> state.mayAdminister(caller);
            case Command.AddMember _, Command.RemoveMember _ -> state.mayAdminister(caller);
            case Command.UpdateMember _, Command.PromoteMember _ -> state.mayAdminister(caller);
            // Only members propose these.
            case Command.ExpireLease _, Command.RenewLease _, Command.Tick _ -> null;
            case Command.ReportCorrupt _, Command.BeginStateHash _, Command.MarkArchive _ -> null;
            case Command.FoundCluster _, Command.ForceNewCluster _, Command.PublishMember _ -> null;
        };
    }

    /** Whether every key of a lease may be changed. */
    public @Nullable ErrorCode lease(long id) {
        ErrorCode refusal = state.mayCall(caller);
        for (Bytes key : keysOf.apply(id)) {
            refusal = refusal != null ? refusal : state.mayWrite(caller, KeyRange.single(key));
        }
        return refusal;
    }

    private @Nullable ErrorCode put(Operation.Put put) {
        KeyRange range = KeyRange.single(put.key());
        ErrorCode refusal = state.mayWrite(caller, range);
        if (refusal == null && put.lease() != 0) {
            refusal = lease(put.lease());
        }
        return refusal == null && put.prevKv() ? state.mayRead(caller, range) : refusal;
    }

    private @Nullable ErrorCode delete(Operation.DeleteRange delete) {
        ErrorCode refusal = state.mayWrite(caller, delete.range());
        return refusal == null && delete.prevKv() ? state.mayRead(caller, delete.range()) : refusal;
    }

    private @Nullable ErrorCode txn(Operation.Txn txn) {
        for (Comparison comparison : txn.comparisons()) {
            ErrorCode refusal = state.mayRead(caller, comparison.range());
            if (refusal != null) {
                return refusal;
            }
        }
        ErrorCode refusal = all(txn.success());
        return refusal != null ? refusal : all(txn.failure());
    }

    private @Nullable ErrorCode all(List<Operation> operations) {
        for (Operation operation : operations) {
            ErrorCode refusal = switch (operation) {
                case Operation.Range range ->
                    state.mayRead(caller, range.query().range());
                case Operation.Put put -> put(put);
                case Operation.DeleteRange delete -> delete(delete);
                case Operation.Txn txn -> txn(txn);
            };
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }
}
