package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.GroupControl.Peer;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.membership.Members;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The leader's duty towards the members: it judges changes, records them one after another, and makes the log's
 * configuration follow what is recorded, whoever recorded it. A removal or promotion is answered when the log follows, or
 * after a while all the same, for it is recorded and will be carried out.
 *
 * <p>Any thread; nothing blocks but for a short lock.
 */
public final class MembershipKeeper implements AutoCloseable {

    /** How often the configuration is compared with the record. */
    static final long ROUND_MILLIS = 200;

    private static final int MOST_WAITING = 16;

    /** From this part of the leader's log on a learner is in sync, as in etcd. */
    private static final double IN_SYNC = 0.9;

    private final MemberTable table;
    private final Proposer proposer;
    private final RaftStatus raft;
    private final MemberProbe probe;
    private final MembershipLimits limits;
    private final LongSupplier nanoClock;
    private final Scheduler scheduler;
    private final Executor executor;
    private final PromotionMeter meter;

    private final Deque<Request> waiting = new ArrayDeque<>();
    private final List<Settling> settling = new ArrayList<>();
    private @Nullable Term term;
    private Scheduler.@Nullable Rhythm soon;
    private boolean proposing;

    /** What exists only while this member leads. */
    private record Term(GroupControl control, PeerContact contact, Reconciler reconciler, Scheduler.Rhythm rhythm) {}

    private record Request(MemberChange change, Caller caller, CompletableFuture<Outcome> answer) {}

    /** A recorded change that the log doesn't follow yet. */
    private record Settling(Request request, Outcome outcome, long deadlineNanos) {}

    /**
     * @param probe finds out whether a member that is to be configured is up
     * @param executor where a recorded change is gone on with, off the apply thread
     */
    public MembershipKeeper(
            MemberTable table,
            Proposer proposer,
            RaftStatus raft,
            MemberProbe probe,
            MembershipLimits limits,
            LongSupplier nanoClock,
            Scheduler scheduler,
            Executor executor,
            PromotionMeter meter) {
        this.table = table;
        this.proposer = proposer;
        this.raft = raft;
        this.probe = probe;
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.scheduler = scheduler;
        this.executor = executor;
        this.meter = meter;
    }

    /** Takes the duty up. Called once this member leads and has applied everything that earlier leaders committed. */
    public synchronized void lead(GroupControl control) {
        follow();
        PeerContact contact = new PeerContact(control, raft.memberId(), limits.silenceMillis(), nanoClock);
        Reconciler reconciler =
                new Reconciler(control, contact, probe, raft.memberId(), nanoClock, () -> executor.execute(this::wake));
        term = new Term(control, contact, reconciler, scheduler.every(ROUND_MILLIS, this::round));
        wake();
    }

    /** Lays the duty down. What is recorded is answered so, what isn't even proposed is refused with NOT_LEADER. */
    public synchronized void follow() {
        Term ended = term;
        term = null;
        if (ended != null) {
            ended.rhythm().close();
        }
        settling.forEach(change -> change.request().answer().complete(change.outcome()));
        settling.clear();
        waiting.forEach(request -> request.answer().complete(new Outcome.Refused(ErrorCode.NOT_LEADER)));
        waiting.clear();
    }

    /**
     * Changes the members.
     *
     * @param caller who wants it
     * @return {@link Outcome.MembersChanged}, or a refusal: NOT_LEADER where another member should have been asked, and
     *     nothing was done. Never fails.
     */
    public synchronized CompletableFuture<Outcome> request(MemberChange change, Caller caller) {
        if (term == null) {
            return refused(ErrorCode.NOT_LEADER);
        }
        if (waiting.size() >= MOST_WAITING) {
            return refused(ErrorCode.TOO_MANY_REQUESTS);
        }
        Request request = new Request(change, caller, new CompletableFuture<>());
        if (change instanceof MemberChange.Promote) {
            CompletableFuture<?> _ = request.answer().thenAccept(this::count);
        }
        waiting.add(request);
        next();
        return request.answer();
    }

    /** Hands leadership to another voter. Empty when it leads; else why it doesn't. Never fails. */
    public CompletableFuture<Optional<ErrorCode>> moveLeader(long memberId) {
        Term current = current();
        if (current == null || !raft.isLeader()) {
            return CompletableFuture.completedFuture(Optional.of(ErrorCode.NOT_LEADER));
        }
        if (table.now().find(memberId).filter(member -> !member.learner()).isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(ErrorCode.BAD_LEADER_TRANSFEREE));
        }
        if (memberId == raft.memberId()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return current.control()
                .transferLeadership(memberId)
                .handle((_, failure) ->
                        failure == null ? Optional.empty() : Optional.of(ErrorCode.LEADER_TRANSFER_TIMEOUT));
    }

    @Override
    public void close() {
        follow();
    }

    private synchronized @Nullable Term current() {
        return term;
    }

    private void count(Outcome promotion) {
        if (promotion instanceof Outcome.MembersChanged) {
            meter.promoted();
        } else if (promotion instanceof Outcome.Refused(ErrorCode code) && code != ErrorCode.NOT_LEADER) {
            meter.refused(code);
        }
    }

    /** Judges and proposes what waits, one after another: the next is judged by what the one before it changed. */
    private synchronized void next() {
        while (!proposing && !waiting.isEmpty()) {
            Request request = waiting.remove();
            Optional<ErrorCode> refusal = refusal(request.change());
            if (refusal.isPresent()) {
                request.answer().complete(new Outcome.Refused(refusal.get()));
            } else {
                proposing = true;
                CompletableFuture<?> _ = proposer.propose(
                                command(request.change()).by(request.caller()))
                        .thenAcceptAsync(outcome -> decided(request, outcome), executor);
            }
        }
    }

    private synchronized void decided(Request request, Outcome outcome) {
        proposing = false;
        if (outcome instanceof Outcome.MembersChanged && term != null && settles(request.change())) {
            long deadline = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(limits.settleMillis());
            settling.add(new Settling(request, outcome, deadline));
        } else {
            request.answer().complete(outcome);
        }
        wake();
        next();
    }

    private Optional<ErrorCode> refusal(MemberChange change) {
        Term current = term;
        if (current == null) {
            return Optional.of(ErrorCode.NOT_LEADER);
        }
        Members members = table.now();
        if (members.isEmpty()) {
            return Optional.of(ErrorCode.UNHEALTHY);
        }
        if (change instanceof MemberChange.Promote(long id) && !isReady(current.control(), members, id)) {
            return Optional.of(members.find(id).isEmpty() ? ErrorCode.MEMBER_NOT_FOUND : ErrorCode.LEARNER_NOT_READY);
        }
        return limits.strict()
                ? new ReconfigurationCheck(members, current.contact(), raft.memberId()).refusal(change)
                : Optional.empty();
    }

    /** Whether a member has so much of the log that it may vote; that voters can't be promoted is for the record to say. */
    private boolean isReady(GroupControl control, Members members, long id) {
        Optional<Member> member = members.find(id);
        return member.isPresent()
                && (!member.get().learner() || control.matchIndex(id).orElse(0) >= raft.committedIndex() * IN_SYNC);
    }

    private Command command(MemberChange change) {
        return switch (change) {
            case MemberChange.Add(long id, List<String> peerUrls, boolean learner) ->
                new Command.AddMember(id, peerUrls, learner, limits.maxLearners());
            case MemberChange.Remove(long id) -> new Command.RemoveMember(id);
            case MemberChange.Update(long id, List<String> peerUrls) -> new Command.UpdateMember(id, peerUrls);
            case MemberChange.Promote(long id) -> new Command.PromoteMember(id);
        };
    }

    /** Has a round done soon, on the scheduler's thread. */
    private synchronized void wake() {
        if (term != null && soon == null) {
            soon = scheduler.every(1, this::roundOnce);
        }
    }

    private synchronized void roundOnce() {
        if (soon != null) {
            soon.close();
            soon = null;
        }
        round();
    }

    private synchronized void round() {
        Term current = term;
        if (current == null) {
            return;
        }
        Members members = table.now();
        current.contact().look(members);
        if (raft.isLeader()) {
            current.reconciler().step(members);
        }
        List<Peer> configured = current.control().configuration();
        long now = nanoClock.getAsLong();
        settling.removeIf(change -> {
            boolean over = now - change.deadlineNanos() >= 0;
            return (over || isSettled(change.request().change(), configured))
                    && change.request().answer().complete(change.outcome());
        });
    }

    private static boolean settles(MemberChange change) {
        return change instanceof MemberChange.Remove || change instanceof MemberChange.Promote;
    }

    private static boolean isSettled(MemberChange change, List<Peer> configured) {
        return switch (change) {
            case MemberChange.Remove(long id) -> configured.stream().noneMatch(peer -> peer.memberId() == id);
            case MemberChange.Promote(long id) ->
                configured.stream().anyMatch(peer -> peer.memberId() == id && !peer.learner());
            case MemberChange.Add _, MemberChange.Update _ -> true;
        };
    }

    private static CompletableFuture<Outcome> refused(ErrorCode code) {
        return CompletableFuture.completedFuture(new Outcome.Refused(code));
    }
}
