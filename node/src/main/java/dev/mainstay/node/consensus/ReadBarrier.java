package dev.mainstay.node.consensus;

import dev.mainstay.node.common.ErrorCode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Makes a read that starts after it linearizable: this member has applied all that was committed before the call. */
public interface ReadBarrier {

    /** Empty when the read may go ahead now; else why it can't (TIMEOUT, LEADER_CHANGED, STOPPED). */
    CompletableFuture<Optional<ErrorCode>> await();
}
