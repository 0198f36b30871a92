package dev.mainstay.node.leader;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.GroupControl.Peer;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings the log's configuration in line with the recorded members, one member per step. A member that is to gain
 * something, a place, a vote or an address, must answer first: the log would else wait for it, stall, and take the change
 * later when nobody expects it. What became of a change that failed is seen by looking again. Guarded by its owner.
 */
final class Reconciler {

    private static final System.Logger LOG = System.getLogger(Reconciler.class.getName());

    /** How long a probe's answer counts, and how soon a member is asked again. */
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A removed member that is up gets this long to hear of its removal before nobody talks to it any more. */
    private static final long FAREWELL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final long NOBODY = 0;
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final GroupControl control;
    private final PeerContact contact;
    private final MemberProbe probe;
    private final long self;
    private final LongSupplier nanoClock;
    private final Runnable onProgress;

    private final Map<Peer, Asked> asked = new HashMap<>();
    private final Map<Long, Long> leavingSince = new HashMap<>();
    private long lastSuccessor = NOBODY;
    private long notBeforeNanos;
    private @Nullable CompletableFuture<Void> underWay;

    private static final class Asked {
        private final long atNanos;
        private volatile boolean answered;

        Asked(long atNanos) {
            this.atNanos = atNanos;
        }
    }

    /** @param onProgress called from any thread when the next step may be possible */
    Reconciler(
            GroupControl control,
            PeerContact contact,
            MemberProbe probe,
            long self,
            LongSupplier nanoClock,
            Runnable onProgress) {
        this.control = control;
        this.contact = contact;
        this.probe = probe;
        this.self = self;
        this.nanoClock = nanoClock;
        this.onProgress = onProgress;
        this.notBeforeNanos = nanoClock.getAsLong();
    }

    /** Takes the next step if there is one to take. */
    void step(Members members) {
        settle();
        if (underWay != null
                || nanoClock.getAsLong() - notBeforeNanos < 0
                || members.isEmpty()
                || control.isChanging()) {
            return;
        }
        List<Peer> configured = control.configuration();
        if (configured.isEmpty()) {
            return;
        }
        if (!remove(members, configured)
                && !letGoOfForgotten(configured)
                && !change(members, configured)
                && !giveUpLeadership(members)) {
            add(members, configured);
        }
    }

    private boolean remove(Members members, List<Peer> configured) {
        leavingSince.keySet().removeIf(id -> find(configured, id).isEmpty());
        for (Peer peer : configured) {
            long id = peer.memberId();
            if (id == self || members.find(id).isPresent()) {
                continue;
            }
            long now = nanoClock.getAsLong();
            long since = leavingSince.computeIfAbsent(id, _ -> now);
            if (now - since >= FAREWELL_NANOS || !contact.isInTouch(id)) {
                configure("without " + MemberId.hex(id), without(configured, id));
                return true;
            }
        }
        return false;
    }

    /**
     * A change that fails because a new member falls silent takes the log from the learners, too, and while one of those is
     * silent every addition fails (Ratis 3.3 doesn't note of learners that they have caught up). A learner without the log
     * leaves the configuration and comes back when it answers.
     */
    private boolean letGoOfForgotten(List<Peer> configured) {
        if (control.silentMillis(self).isEmpty()) {
            return false;
        }
        for (Peer peer : configured) {
            if (peer.learner() && control.silentMillis(peer.memberId()).isEmpty()) {
                configure(
                        "without learner " + MemberId.hex(peer.memberId()) + ", to which the log isn't sent any more",
                        without(configured, peer.memberId()));
                return true;
            }
        }
        return false;
    }

    /**
     * A learner that is promoted goes and comes back with a vote. Given one where it is, it would get the log but never be
     * told that it has caught up, and until the next leader tells it so it doesn't vote (Ratis 3.3).
     */
    private boolean change(Members members, List<Peer> configured) {
        for (Peer peer : configured) {
            Optional<Member> member = members.find(peer.memberId());
            if (member.isEmpty() || isAsRecorded(peer, member.get(), members)) {
                continue;
            }
            Peer wanted = wanted(member.get());
            if (peer.memberId() == self || isUp(member.get(), wanted)) {
                if (peer.learner() && !wanted.learner()) {
                    configure(
                            "without learner " + MemberId.hex(peer.memberId()) + ", which will be back as a voter",
                            without(configured, peer.memberId()));
                } else {
                    configure("with " + wanted, with(configured, wanted));
                }
                return true;
            }
        }
        return false;
    }

    /** A lone member's address is nobody's business but its own. */
    private boolean isAsRecorded(Peer peer, Member member, Members members) {
        boolean sameAddress = peer.address().equals(PeerAddress.of(member));
        return peer.learner() == member.learner()
                && (sameAddress || members.members().size() == 1);
    }

    private void add(Members members, List<Peer> configured) {
        for (Member member : members.members()) {
            Peer wanted = wanted(member);
            if (find(configured, member.id()).isEmpty() && isUp(member, wanted)) {
                configure("with " + wanted, with(configured, wanted));
                return;
            }
        }
    }

    /** A leader that was removed leaves the rest to another. */
    private boolean giveUpLeadership(Members members) {
        if (members.find(self).isPresent()) {
            return false;
        }
        Optional<Peer> successor = control.heir(
                self,
                contact.silenceMillis(),
                peer -> members.find(peer.memberId()).isPresent() && peer.memberId() != lastSuccessor);
        // One that didn't take over is passed over once.
        lastSuccessor = successor.map(Peer::memberId).orElse(NOBODY);
        successor.ifPresent(peer -> run(
                "this member was removed; handing leadership to " + MemberId.hex(peer.memberId()),
                control.transferLeadership(peer.memberId())));
        return successor.isPresent();
    }

    /** Asks a member, unless it was asked a moment ago, and says whether it answered. */
    private boolean isUp(Member member, Peer wanted) {
        long now = nanoClock.getAsLong();
        Asked before = asked.get(wanted);
        if (before != null && now - before.atNanos < PROBE_NANOS) {
            return before.answered;
        }
        asked.values().removeIf(old -> now - old.atNanos >= PROBE_NANOS);
        Asked fresh = new Asked(now);
        asked.put(wanted, fresh);
        CompletableFuture<?> _ = probe.answers(member, wanted.address()).thenAccept(up -> {
            if (up) {
                fresh.answered = true;
                onProgress.run();
            }
        });
        return fresh.answered;
    }

    private void configure(String what, List<Peer> next) {
        run("configuring the log " + what, control.configure(next));
    }

    private void run(String what, CompletableFuture<Void> change) {
        LOG.log(System.Logger.Level.INFO, what);
        underWay = change;
        CompletableFuture<?> _ = change.whenComplete((_, failure) -> {
            if (failure != null) {
                LOG.log(System.Logger.Level.WARNING, what + ": undecided, looking again", failure);
            }
            onProgress.run();
        });
    }

    private void settle() {
        CompletableFuture<Void> last = underWay;
        if (last != null && last.isDone()) {
            underWay = null;
            if (last.isCompletedExceptionally()) {
                notBeforeNanos = nanoClock.getAsLong() + PAUSE_AFTER_FAILURE_NANOS;
            }
        }
    }

    private static Peer wanted(Member member) {
        return new Peer(member.id(), PeerAddress.of(member), member.learner());
    }

    private static List<Peer> with(List<Peer> configured, Peer wanted) {
        List<Peer> next = new ArrayList<>(configured);
        next.removeIf(peer -> peer.memberId() == wanted.memberId());
        next.add(wanted);
        next.sort(Comparator.comparing(Peer::memberId, Long::compareUnsigned));
        return next;
    }

    private static List<Peer> without(List<Peer> configured, long id) {
        return configured.stream().filter(peer -> peer.memberId() != id).toList();
    }

    private static Optional<Peer> find(List<Peer> configured, long id) {
        return configured.stream().filter(peer -> peer.memberId() == id).findFirst();
    }
}
