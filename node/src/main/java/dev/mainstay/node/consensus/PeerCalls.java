package dev.mainstay.node.consensus;

import java.util.concurrent.CompletableFuture;

/** Calls to other members over the peer port. Any thread. */
public interface PeerCalls {

    /**
     * Asks a member of the group.
     *
     * @param memberId whom; calling oneself is allowed and stays in the process
     * @param method what is asked; see {@link PeerMethods}
     * @param request its bytes, at most a few MiB
     * @return the answer; fails with a {@link PeerException} if the member is unknown, can't be reached, is too slow, doesn't
     *     know the method, or failed
     */
    CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request);

    /**
     * Asks whoever answers at an address, such as a member that isn't in the group's configuration yet.
     *
     * @param address {@code host:port}
     * @return as for {@link #call}
     */
    CompletableFuture<byte[]> callAddress(String address, PeerMethod method, byte[] request);
}
