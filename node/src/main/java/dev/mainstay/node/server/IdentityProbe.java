package dev.mainstay.node.server;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.leader.MemberProbe;
import java.util.concurrent.CompletableFuture;

/** Asks whoever answers at an address who it is. */
record IdentityProbe(PeerCalls peers, long clusterId, int generation) implements MemberProbe {

    private static final byte[] NOTHING = {};

    @Override
    public CompletableFuture<Boolean> answers(Member member, String address) {
        return peers.callAddress(address, PeerMethod.IDENTIFY, NOTHING).thenApply(answer -> {
            PeerIdentity identity = PeerIdentity.fromBytes(answer);
            return identity.clusterId() == clusterId
                    && identity.generation() == generation
                    && identity.memberId() == member.id();
        });
    }
}
