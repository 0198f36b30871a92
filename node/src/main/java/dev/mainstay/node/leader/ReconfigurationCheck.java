package dev.mainstay.node.leader;

import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.Members;
import java.util.List;
import java.util.Optional;

/** Whether the cluster stands a change: etcd's strict reconfiguration check. */
final class ReconfigurationCheck {

    private final Members members;
    private final PeerContact contact;
    private final long self;

    ReconfigurationCheck(Members members, PeerContact contact, long self) {
        this.members = members;
        this.contact = contact;
        this.self = self;
    }

    /** Empty if the change may go ahead. Unknown members are not this check's business. */
    Optional<ErrorCode> refusal(MemberChange change) {
        return switch (change) {
            case MemberChange.Add add -> add(add.learner());
            case MemberChange.Remove(long id) -> remove(id);
            case MemberChange.Promote _ -> promote();
            case MemberChange.Update _ -> Optional.empty();
        };
    }

    /** A cluster of one may always grow; else a majority of the larger one must be there without the new member. */
    private Optional<ErrorCode> add(boolean learner) {
        List<Member> voters = members.voters();
        if (voters.size() == 1) {
            return Optional.empty();
        }
        int quorum = quorum(voters.size() + 1);
        if (!learner && started(voters) < quorum) {
            return Optional.of(ErrorCode.NOT_ENOUGH_STARTED);
        }
        return steady(voters) < quorum ? Optional.of(ErrorCode.UNHEALTHY) : Optional.empty();
    }

    private Optional<ErrorCode> remove(long id) {
        if (members.find(id).filter(Member::learner).isPresent()) {
            return Optional.empty();
        }
        List<Member> voters = members.voters();
        List<Member> rest = voters.stream().filter(member -> member.id() != id).toList();
        if (started(rest) < quorum(rest.size())) {
            return Optional.of(ErrorCode.NOT_ENOUGH_STARTED);
        }
        if (id != self && !contact.isInTouch(id)) {
            return Optional.empty();
        }
        return steady(voters) - 1 < quorum(voters.size() - 1) ? Optional.of(ErrorCode.UNHEALTHY) : Optional.empty();
    }

    /** The learner counts as started. */
    private Optional<ErrorCode> promote() {
        List<Member> voters = members.voters();
        return 1 + started(voters) < quorum(voters.size() + 1)
                ? Optional.of(ErrorCode.NOT_ENOUGH_STARTED)
                : Optional.empty();
    }

    private static long started(List<Member> voters) {
        return voters.stream().filter(Member::isStarted).count();
    }

    private long steady(List<Member> voters) {
        return voters.stream().filter(member -> contact.isSteady(member.id())).count();
    }

    private static int quorum(int voters) {
        return voters / 2 + 1;
    }
}
