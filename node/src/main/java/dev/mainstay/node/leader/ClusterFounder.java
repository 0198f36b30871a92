package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.membership.MemberTable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The first leader's duty in a cluster that has not recorded its members yet: it records those it was founded with. */
public final class ClusterFounder implements AutoCloseable {

    private final MemberTable table;
    private final List<Member> founders;
    private final Proposer proposer;
    private final Scheduler scheduler;
    private @Nullable RepeatedProposal term;

    /** @param founders empty where this member doesn't know with whom its cluster began */
    public ClusterFounder(MemberTable table, List<Member> founders, Proposer proposer, Scheduler scheduler) {
        this.table = table;
        this.founders = List.copyOf(founders);
        this.proposer = proposer;
        this.scheduler = scheduler;
    }

    /** Takes the duty up. Called once this member leads and has applied everything that earlier leaders committed. */
    public synchronized void lead() {
        follow();
        if (table.now().isEmpty() && !founders.isEmpty()) {
            term = new RepeatedProposal(
                            () -> !table.now().isEmpty(),
                            () -> Optional.of(new Command.FoundCluster(founders)),
                            proposer)
                    .start(scheduler);
        }
    }

    /** Lays the duty down. */
    public synchronized void follow() {
        RepeatedProposal ended = term;
        term = null;
        if (ended != null) {
            ended.close();
        }
    }

    @Override
    public void close() {
        follow();
    }
}
