package dev.mainstay.node.leader;

import dev.mainstay.node.apply.StateHash;
import dev.mainstay.node.apply.StateHashes;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.PeerMethods;
import dev.mainstay.node.leader.HashMessages.State;
import dev.mainstay.node.mvcc.KvStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Tells other members this one's hashes, so that they can be compared. Any thread. */
public final class HashAnswers implements AutoCloseable {

    private final StateHashes states;
    private final KeyHashes keys;

    public HashAnswers(StateHashes states, KvStore keys) {
        this.states = states;
        this.keys = new KeyHashes(keys);
    }

    /** Answers from now on. */
    public void register(PeerMethods methods) {
        methods.register(
                PeerMethod.STATE_HASH,
                (_, request) ->
                        CompletableFuture.completedFuture(HashMessages.encode(state(HashMessages.number(request)))));
        methods.register(
                PeerMethod.KEY_HASH,
                (_, request) -> CompletableFuture.completedFuture(
                        HashMessages.encode(keys.answer(HashMessages.keysQuestion(request)))));
    }

    private State state(long index) {
        StateHashes.At newest = states.newest();
        return index == HashMessages.NEWEST
                ? State.newest(newest)
                : states.at(index)
                        .map(hash -> State.newest(new StateHashes.At(index, hash)))
                        .orElseGet(
                                () -> new State(StateHash.SCHEME, newest.hash().origin(), index, Optional.empty()));
    }

    @Override
    public void close() {
        keys.close();
    }
}
