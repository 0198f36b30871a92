package dev.mainstay.operator.cluster.report;

import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberStatus;
import dev.mainstay.api.v1alpha1.MemberRole;
import dev.mainstay.operator.cluster.desired.OuterAddress;
import dev.mainstay.operator.cluster.engine.ClusterView;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.member.MemberApi;
import dev.mainstay.operator.member.TlsInUse;
import dev.mainstay.operator.report.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Service;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The status of a member: pure, and the same while nothing that matters changes. */
public final class MemberReport {

    /** How old a remembered revision may get while it changes. It says what would be lost with the member, if only about. */
    private static final Duration REVISION_EVERY = Duration.ofMinutes(5);

    private final Seen seen;
    private final Obstacles obstacles;

    /** Of what was seen. */
    public MemberReport(Seen seen) {
        this.seen = seen;
        this.obstacles = new Obstacles(seen);
    }

    /** The status to write; that of before, if only figures moved a little. */
    public EtcdMemberStatus status(MemberView view) {
        EtcdMember member = Objects.requireNonNull(seen.members().get(view.name()));
        EtcdMemberStatus before = Objects.requireNonNullElse(member.getStatus(), EtcdMemberStatus.EMPTY);
        MemberApi.Answer answer = seen.answers().get(view.name());
        String now = seen.observation().now().truncatedTo(ChronoUnit.SECONDS).toString();
        String revision = revision(before, answer);
        boolean settled = view.serving() && seen.observation().cluster().agreed();
        return new EtcdMemberStatus(
                answer == null ? before.memberID() : answer.id(),
                role(view, seen),
                view.pod() == null ? null : view.pod().uid(),
                view.pod() == null || answer == null
                        ? before.version()
                        : view.pod().version(),
                answer == null ? before.dbSize() : coarse(before.dbSize(), answer.dbSize()),
                answer == null ? before.dbSizeInUse() : coarse(before.dbSizeInUse(), answer.dbSizeInUse()),
                answer == null ? before.raftTerm() : Long.toString(answer.term()),
                null,
                revision == null ? before.revision() : revision,
                revision == null ? before.revisionTime() : now,
                settled ? Integer.valueOf(0) : before.recreates(),
                before.lastDefragmentationTime(),
                bundle(view, before),
                view.serving() ? null : Objects.requireNonNullElse(before.unhealthySince(), now),
                view.serving() ? Objects.requireNonNullElse(before.readySince(), now) : null,
                externalUrl(view, before),
                conditions(view, before));
    }

    /** It stays until its service is gone, so that this isn't forgotten. */
    private @Nullable String externalUrl(MemberView view, EtcdMemberStatus before) {
        Service service = seen.services().get(view.name());
        if (!OuterAddress.wanted(seen.cluster())) {
            return service == null ? null : before.externalURL();
        }
        String url = OuterAddress.url(seen.cluster(), service, seen.pods().get(view.name()));
        return url == null ? before.externalURL() : url;
    }

    /** The revision to remember from now on; null for that of before, since one that changes with every write isn't written every time. */
    private @Nullable String revision(EtcdMemberStatus before, MemberApi.@Nullable Answer answer) {
        if (answer == null || answer.revision() == 0) {
            return null;
        }
        String revision = Long.toString(answer.revision());
        String time = before.revisionTime();
        boolean old = time == null
                || !Instant.parse(time)
                        .plus(REVISION_EVERY)
                        .isAfter(seen.observation().now());
        return old && !revision.equals(before.revision()) ? revision : null;
    }

    private @Nullable String bundle(MemberView view, EtcdMemberStatus before) {
        TlsInUse inUse = seen.tls().getOrDefault(view.name(), TlsInUse.UNKNOWN);
        return inUse.bundles().size() == 1
                ? TrustReport.hash(inUse.bundles().iterator().next())
                : before.trustBundleHash();
    }

    /** What the member is to the others. */
    static MemberRole role(MemberView view, Seen seen) {
        ClusterView.Listed listed = seen.observation().cluster().list().stream()
                .filter(candidate -> candidate.name().equals(view.name()))
                .findFirst()
                .orElse(null);
        if (listed == null || view.answer() == null) {
            return MemberRole.UNKNOWN;
        }
        if (listed.learner()) {
            return MemberRole.LEARNER;
        }
        return view.answer().memberId().equals(view.answer().leaderId()) ? MemberRole.LEADER : MemberRole.FOLLOWER;
    }

    /** The old figure until the new one differs by a tenth, so that growth alone writes nothing. */
    private static Long coarse(@Nullable Long before, long now) {
        return before != null && Math.abs(before - now) <= before / 10 ? before : Long.valueOf(now);
    }

    private List<Condition> conditions(MemberView view, EtcdMemberStatus before) {
        Conditions conditions =
                new Conditions(before.conditions(), seen.observation().now(), null);
        boolean listed = seen.observation().cluster().list().stream()
                .anyMatch(candidate -> candidate.name().equals(view.name()));
        boolean votes = seen.observation().cluster().list().stream()
                .anyMatch(candidate -> candidate.name().equals(view.name()) && !candidate.learner());
        conditions.set(
                "Ready",
                view.serving(),
                reason(view),
                view.serving() ? "serves" : obstacles.of(view).orElse("doesn't serve"));
        conditions.set("Joined", listed, listed ? "Listed" : "NotListed", "by the member list");
        conditions.set("Voting", votes, votes ? "Voter" : "NotVoter", "by the member list");
        return conditions.list();
    }

    private static String reason(MemberView view) {
        if (view.serving()) {
            return "Serving";
        }
        if (view.leaving()) {
            return "Leaving";
        }
        if (view.suspended()) {
            return "Suspended";
        }
        if (view.pod() == null) {
            return "PodPending";
        }
        return view.pod().terminal() ? "PodTerminal" : "NotServing";
    }
}
