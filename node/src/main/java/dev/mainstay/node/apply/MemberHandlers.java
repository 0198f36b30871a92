package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.membership.Members;
import java.util.List;

/**
 * Who joins and leaves. The checks and their order are etcd's: an id that was removed is as good as unknown whatever is
 * asked of it. Whether the cluster stands a change is the leader's to judge before it proposes; that the last voter stays
 * is made sure of here.
 */
final class MemberHandlers {

    private final MemberTable table;

    MemberHandlers(MemberTable table) {
        this.table = table;
    }

    Outcome found(LogEntry entry, Command.FoundCluster found) {
        Members now = table.now();
        if (now.isEmpty() && now.removed().isEmpty()) {
            for (Member member : found.members()) {
                table.put(entry.changes(), member);
            }
        }
        return changed(entry);
    }

    Outcome add(LogEntry entry, Command.AddMember add) {
        Members now = table.now();
        if (now.isRemoved(add.id())) {
            return refused(ErrorCode.MEMBER_NOT_FOUND);
        }
        if (now.find(add.id()).isPresent()) {
            return refused(ErrorCode.MEMBER_EXISTS);
        }
        if (isUsed(now, add.id(), add.peerUrls())) {
            return refused(ErrorCode.PEER_URL_EXISTS);
        }
        int learners = now.members().size() - now.voters().size();
        if (add.learner() && learners >= add.maxLearners()) {
            return refused(ErrorCode.TOO_MANY_LEARNERS);
        }
        table.put(entry.changes(), Member.added(add.id(), add.peerUrls(), add.learner()));
        return changed(entry);
    }

    Outcome remove(LogEntry entry, Command.RemoveMember remove) {
        Members now = table.now();
        if (now.find(remove.id()).isEmpty()) {
            return refused(ErrorCode.MEMBER_NOT_FOUND);
        }
        if (now.voters().stream().allMatch(voter -> voter.id() == remove.id())) {
            return refused(ErrorCode.NOT_ENOUGH_STARTED);
        }
        table.remove(entry.changes(), remove.id());
        return changed(entry);
    }

    Outcome update(LogEntry entry, Command.UpdateMember update) {
        Members now = table.now();
        Member member = now.find(update.id()).orElse(null);
        if (member == null) {
            return refused(ErrorCode.MEMBER_NOT_FOUND);
        }
        if (isUsed(now, update.id(), update.peerUrls())) {
            return refused(ErrorCode.PEER_URL_EXISTS);
        }
        table.put(entry.changes(), member.withPeerUrls(update.peerUrls()));
        return changed(entry);
    }

    Outcome promote(LogEntry entry, Command.PromoteMember promote) {
        Member member = table.now().find(promote.id()).orElse(null);
        if (member == null) {
            return refused(ErrorCode.MEMBER_NOT_FOUND);
        }
        if (!member.learner()) {
            return refused(ErrorCode.MEMBER_NOT_LEARNER);
        }
        table.put(entry.changes(), member.promoted());
        return changed(entry);
    }

    Outcome publish(LogEntry entry, Command.PublishMember publish) {
        Member member = table.now().find(publish.id()).orElse(null);
        if (member == null) {
            return refused(ErrorCode.MEMBER_NOT_FOUND);
        }
        table.put(entry.changes(), member.published(publish.name(), publish.clientUrls()));
        return changed(entry);
    }

    /** One member stays, with a vote, whatever was recorded of it but that it was removed. */
    Outcome force(LogEntry entry, Command.ForceNewCluster force) {
        Member wanted = force.member();
        if (table.now().isRemoved(wanted.id())) {
            return refused(ErrorCode.MEMBER_NOT_FOUND);
        }
        table.put(entry.changes(), table.now().find(wanted.id()).orElse(wanted).promoted());
        others(wanted.id()).forEach(id -> table.remove(entry.changes(), id));
        return changed(entry);
    }

    /** All members but one. */
    List<Long> others(long id) {
        return table.now().members().stream()
                .map(Member::id)
                .filter(member -> member != id)
                .toList();
    }

    /** Whether this id is a member's now. */
    boolean isMember(long id) {
        return table.now().find(id).isPresent();
    }

    /** Whether another member than this is reached at one of these URLs. */
    private static boolean isUsed(Members now, long id, List<String> peerUrls) {
        return now.members().stream()
                .filter(member -> member.id() != id)
                .anyMatch(member -> member.peerUrls().stream().anyMatch(peerUrls::contains));
    }

    private static Outcome refused(ErrorCode code) {
        return new Outcome.Refused(code);
    }

    private Outcome changed(LogEntry entry) {
        return new Outcome.MembersChanged(entry.kv().revision(), table.now().members());
    }
}
