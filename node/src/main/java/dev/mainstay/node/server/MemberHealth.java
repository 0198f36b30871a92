package dev.mainstay.node.server;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.consensus.ReadBarrier;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.mvcc.KvView;
import dev.mainstay.node.server.http.Health;
import dev.mainstay.node.storage.StorageException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** The health of a running member; what is wrong with another one's data is that one's matter. */
record MemberHealth(
        long memberId, Alarms raised, RaftStatus raft, ReadBarrier barrier, KvView keys, BooleanSupplier isLearner)
        implements Health {

    @Override
    public List<Alarm> alarms() {
        return raised.concerning(memberId);
    }

    @Override
    public boolean hasLeader() {
        return raft.hasLeader();
    }

    @Override
    public boolean learner() {
        return isLearner.getAsBoolean();
    }

    @Override
    public CompletableFuture<Optional<ErrorCode>> read(boolean linearizable) {
        if (!linearizable) {
            return CompletableFuture.completedFuture(readHere());
        }
        return barrier.await().thenApply(failure -> failure.isPresent() ? failure : readHere());
    }

    private Optional<ErrorCode> readHere() {
        try {
            return keys.revision() > 0 ? Optional.empty() : Optional.of(ErrorCode.STOPPED);
        } catch (StorageException e) {
            return Optional.of(ErrorCode.STOPPED);
        }
    }
}
