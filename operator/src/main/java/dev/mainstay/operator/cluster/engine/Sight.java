package dev.mainstay.operator.cluster.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A situation in the words of an {@link Explanation}. */
final class Sight {

    private final Situation s;

    Sight(Situation situation) {
        this.s = situation;
    }

    String wanted() {
        Wanted wanted = s.wanted();
        return (wanted.deleted() ? "to be deleted; " : "")
                + (wanted.replicas() == 0 ? "no members" : wanted.replicas() + " members")
                + " of version " + wanted.version() + ", template " + wanted.templateHash()
                + (wanted.volumes().claims()
                        ? ", volumes of " + wanted.volumes().bytes() + " bytes"
                        : ", no volumes")
                + (s.upkeep().open() ? "" : "; " + s.upkeep().whenNext());
    }

    String seen() {
        List<String> parts = new ArrayList<>();
        if (s.founded()) {
            Instant since = s.recorded().quorumLostSince();
            parts.add(s.quorum() ? "a quorum" : "no quorum" + (since == null ? "" : " since " + since));
        } else {
            parts.add("no cluster yet");
        }
        parts.add(s.voters().size() + " voters");
        if (!s.strangers().isEmpty()) {
            parts.add(s.strangers().size() + " members of the cluster that was joined");
        }
        s.cluster().alarms().forEach(alarm -> parts.add("alarm " + alarm.kind() + " of " + alarm.memberId()));
        return "incarnation " + s.recorded().incarnation() + ", " + String.join(", ", parts);
    }

    List<String> members() {
        return s.everyone().stream().map(this::member).toList();
    }

    private String member(MemberView member) {
        List<String> parts = new ArrayList<>();
        parts.add(member.name() + " " + role(member));
        Instant since = member.serving() ? member.readySince() : member.unhealthySince();
        parts.add((member.serving() ? "serves" : "doesn't serve") + (since == null ? "" : " since " + since));
        parts.add(pod(member));
        if (member.leaving()) {
            parts.add("leaves");
        }
        if (member.suspended()) {
            parts.add("is to have no pod");
        }
        if (member.recreates() > 0) {
            parts.add("pod made anew " + member.recreates() + " times");
        }
        if (s.dataLost(member)) {
            parts.add("its data is gone");
        }
        return String.join(", ", parts);
    }

    private String role(MemberView member) {
        ClusterView.Listed listed = s.listed(member);
        if (listed == null) {
            return "isn't on the member list";
        }
        return s.leads(member) ? "leads" : listed.learner() ? "is a learner" : "votes";
    }

    private String pod(MemberView member) {
        MemberView.PodView pod = member.pod();
        if (pod == null) {
            return "no pod";
        }
        String state = pod.terminal() ? "pod that has ended" : pod.terminating() ? "pod that is stopping" : "pod";
        boolean told = member.version().equals(s.wanted().version())
                && member.templateHash().equals(s.wanted().templateHash());
        return state + " of " + pod.version()
                + (s.upToDate(member) ? "" : told ? ", is to take the change" : ", has yet to take the change");
    }
}
