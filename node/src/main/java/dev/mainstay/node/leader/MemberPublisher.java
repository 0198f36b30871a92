package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.membership.MemberTable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Tells the cluster what this start calls the member and where clients reach it, whether it leads or not, and again until
 * the cluster has recorded it. While the cluster doesn't know the member yet it waits.
 */
public final class MemberPublisher implements AutoCloseable {

    private final MemberTable table;
    private final long memberId;
    private final String name;
    private final List<String> clientUrls;
    private final Scheduler scheduler;
    private final RepeatedProposal publishing;

    public MemberPublisher(
            MemberTable table,
            long memberId,
            String name,
            List<String> clientUrls,
            Proposer proposer,
            Scheduler scheduler) {
        this.table = table;
        this.memberId = memberId;
        this.name = name;
        this.clientUrls = List.copyOf(clientUrls);
        this.scheduler = scheduler;
        this.publishing = new RepeatedProposal(this::isPublished, this::publication, proposer);
    }

    /** Begins, once this member takes part in its group. */
    public void start() {
        publishing.start(scheduler);
    }

    /** Completed when the cluster has recorded it, or has removed this member; cancelled when closed before. */
    public CompletableFuture<Void> published() {
        return publishing.done();
    }

    @Override
    public void close() {
        publishing.close();
    }

    private boolean isPublished() {
        return table.now().isRemoved(memberId)
                || table.now().find(memberId).filter(this::isAsPublished).isPresent();
    }

    private boolean isAsPublished(Member member) {
        return member.name().equals(name) && member.clientUrls().equals(clientUrls);
    }

    private Optional<Command> publication() {
        return table.now().find(memberId).map(_ -> new Command.PublishMember(memberId, name, clientUrls));
    }
}
