package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Outcome;
import java.util.List;

/**
 * Hears of the way that one proposal takes, because its call is traced. Few calls are: the others carry nothing. What is heard
 * here decides nothing. The methods are called on hot threads and must neither wait nor throw.
 */
public interface ProposalTrace {

    /**
     * The proposal leaves the queue as part of a batch. Batcher thread.
     *
     * @param traced the proposals of the batch that are traced, this one first
     * @param commands how many there are in the batch, traced or not
     * @return what hears of the batch from now on
     */
    BatchTrace batched(List<ProposalTrace> traced, int commands);

    /** The proposal was applied with this outcome. Apply thread. */
    void applied(Outcome outcome);
}
