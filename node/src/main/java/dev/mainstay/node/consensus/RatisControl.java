package dev.mainstay.node.consensus;

import dev.mainstay.node.consensus.PeerException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftConfiguration;

/** The group's configuration through Ratis' own administration, without a detour over the network. */
final class RatisControl implements GroupControl {

    private static final Comparator<Peer> BY_ID = Comparator.comparing(Peer::memberId, Long::compareUnsigned);

    private final RatisGroup group;
    private final int transferMillis;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong changing = new AtomicLong();

    /** @param transferMillis how long a voter may take to take over */
    RatisControl(RatisGroup group, int transferMillis) {
        this.group = group;
        this.transferMillis = transferMillis;
    }

    @Override
    public List<Peer> configuration() {
        RaftConfiguration configuration = group.configuration();
        List<Peer> peers = new ArrayList<>();
        configuration.getCurrentPeers().forEach(peer -> peers.add(peer(peer, false)));
        configuration.getCurrentPeers(RaftPeerRole.LISTENER).forEach(peer -> peers.add(peer(peer, true)));
        peers.sort(BY_ID);
        return List.copyOf(peers);
    }

    @Override
    public boolean isChanging() {
        return changing.get() > 0 || !group.configuration().getPreviousPeers().isEmpty();
    }

    @Override
    public CompletableFuture<Void> configure(List<Peer> members) {
        SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                .setServersInNewConf(members.stream()
                        .filter(peer -> !peer.learner())
                        .map(RatisGroup::ratisPeer)
                        .toList())
                .setListenersInNewConf(members.stream()
                        .filter(Peer::learner)
                        .map(RatisGroup::ratisPeer)
                        .toList())
                .setMode(SetConfigurationRequest.Mode.SET_UNCONDITIONALLY)
                .build();
        changing.incrementAndGet();
        return asked(() -> group.server()
                        .setConfigurationAsync(new SetConfigurationRequest(
                                client, group.self(), group.id(), calls.incrementAndGet(), arguments)))
                .whenComplete((_, _) -> changing.decrementAndGet());
    }

    /** Ratis may say that it took too long when the voter has taken over all the same. */
    @Override
    public CompletableFuture<Void> transferLeadership(long memberId) {
        return asked(() -> group.server()
                        .transferLeadershipAsync(new TransferLeadershipRequest(
                                client,
                                group.self(),
                                group.id(),
                                calls.incrementAndGet(),
                                RatisGroup.peerId(memberId),
                                transferMillis)))
                .exceptionallyCompose(failure -> group.leaderId() == memberId
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure));
    }

    @Override
    public OptionalLong matchIndex(long memberId) {
        if (!group.leads()) {
            return OptionalLong.empty();
        }
        RaftPeerId id = RatisGroup.peerId(memberId);
        for (CommitInfoProto info : group.commitInfos()) {
            if (RaftPeerId.valueOf(info.getServer().getId()).equals(id)) {
                return OptionalLong.of(info.getCommitIndex() + 1);
            }
        }
        return OptionalLong.empty();
    }

    @Override
    public OptionalLong silentMillis(long memberId) {
        if (!group.leads()) {
            return OptionalLong.empty();
        }
        RaftPeerId id = RatisGroup.peerId(memberId);
        if (id.equals(group.self())) {
            return OptionalLong.of(0);
        }
        for (ServerRpcProto follower : group.followers()) {
            if (RaftPeerId.valueOf(follower.getId().getId()).equals(id)) {
                return OptionalLong.of(follower.getLastRpcElapsedTimeMs());
            }
        }
        return OptionalLong.empty();
    }

    private interface Request {
        CompletableFuture<RaftClientReply> send() throws IOException;
    }

    private static CompletableFuture<Void> asked(Request request) {
        try {
            return request.send().thenAccept(reply -> {
                if (!reply.isSuccess()) {
                    throw new CompletionException(
                            new PeerException(Reason.FAILED, String.valueOf(reply.getException())));
                }
            });
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Peer peer(RaftPeer peer, boolean learner) {
        return new Peer(RatisGroup.memberId(peer.getId()), peer.getAddress(), learner);
    }
}
