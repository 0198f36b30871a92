package dev.mainstay.node.api;

import dev.mainstay.node.consensus.ProposalTrace;
import io.grpc.Attributes;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * Hears of what a call does, because it is traced; the attributes of the others have none. What is heard here decides nothing.
 * Any thread; the methods neither wait nor throw.
 */
public interface CallTrace {

    /** Where a call that is traced has its trace. */
    Attributes.Key<CallTrace> KEY = Attributes.Key.create("mainstay-trace");

    /** That of a call, if it is traced. */
    static @Nullable CallTrace of(ServerCall<?, ?> call) {
        return call.getAttributes().get(KEY);
    }

    /** The call proposes a change now; answers what hears of the proposal. */
    ProposalTrace proposes();

    /** The call, a read, has waited since then ({@link System#nanoTime}) until this member was up to date. */
    void waitedForBarrier(long sinceNanos);
}
