package dev.mainstay.node.leader;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The real rules about members, over a log that takes each proposal at once, or refuses it. */
final class MemberWorld implements Proposer {

    final MemoryStore store = new MemoryStore();
    final MemberTable table = MemberTable.open(store);
    final List<Command> proposed = new ArrayList<>();

    /** What becomes of proposals instead of being applied. */
    @Nullable
    Outcome refusal;

    private final Applier applier = new Applier(
            store,
            KvStore.open(store),
            LeaseTable.open(store),
            Alarms.open(store),
            table,
            _ -> {},
            (_, _) -> {},
            _ -> {});

    @Override
    public CompletableFuture<Outcome> propose(Command command) {
        proposed.add(command);
        return CompletableFuture.completedFuture(refusal != null ? refusal : commit(command));
    }

    /** Applies a command that somebody else proposed. */
    Outcome commit(Command command) {
        LogPosition next = new LogPosition(1, applier.applied().index() + 1);
        return applier.apply(next, List.of(new CommandBatch(0, List.of(command))))
                .getFirst()
                .getFirst();
    }
}
