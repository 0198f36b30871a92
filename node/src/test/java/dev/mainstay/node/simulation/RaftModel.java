package dev.mainstay.node.simulation;

import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.SimulatedConsensus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One member's log in one life: a Raft as plain as it can be, with the guarantees and the habits that Ratis has towards
 * us. Messages are late and lost like all others; an fsync takes its time; entries are applied at the member's own pace.
 */
final class RaftModel implements SimulatedConsensus.Log, GroupControl {

    static final int HEARTBEAT_MILLIS = 100;
    static final int ELECTION_MILLIS = 500;

    /** How long a new member may be silent until a change that waits for it is given up. */
    private static final long STAGING_MILLIS = 1_500;

    private static final long READ_MILLIS = 2_000;
    private static final long RESEND_MILLIS = 150;
    private static final long NOBODY = 0;

    private final Timeline timeline;
    private final Life life;
    private final Journal journal;
    private final long self;
    private final Conf founders;
    private final Network network;
    private final Flaw flaw;
    private final Events events;

    private boolean leading;
    private long leader = NOBODY;
    private long commit;
    private long known;
    private long leadsSinceMicros;
    private long applied;
    private long heardMicros;
    private long patienceMicros;
    private boolean applying;
    private long startupIndex = -1;
    private final Map<Long, EntryOfMine> mine = new HashMap<>();
    private final Set<Long> votes = new HashSet<>();
    private long candidacyTerm;
    private boolean candidacyIsReal;

    private final TreeMap<Long, Follower> followers = new TreeMap<>();
    private final List<PendingRead> reads = new ArrayList<>();
    private final List<LongConsumer> readsUntilReady = new ArrayList<>();
    private final List<PendingIndex> waitingForApply = new ArrayList<>();
    private long probe;
    private @Nullable Staging staging;
    private @Nullable CompletableFuture<Void> changed;
    private int changing;
    private boolean sendSoon;

    /** What the member is told; the applying and the leader's notices in the order in which they happen. */
    interface Events {

        void apply(long term, long index, byte[] data, @Nullable Object context);

        void leaderReady();

        void leadershipLost();

        void leaderChanged(long leader);

        /** Everybody agrees on this configuration from this index on. */
        void configured(long index, Conf conf);
    }

    private record EntryOfMine(long term, Object context, CompletableFuture<Void> done) {}

    private record PendingRead(long probe, long index, LongConsumer then) {}

    private record PendingIndex(long index, CompletableFuture<Boolean> then) {}

    private record Staging(List<Peer> next, long sinceMicros) {}

    private static final class Follower {
        private long next;
        private long match = -1;
        private long commit = -1;
        private long ackedMicros;
        private long acked;
        private long sentMicros;

        Follower(long next, long ackedMicros) {
            this.next = next;
            this.ackedMicros = ackedMicros;
        }
    }

    /** @param applied the last index that the state has; -1 for none */
    RaftModel(
            Timeline timeline,
            Life life,
            Journal journal,
            long self,
            List<Peer> founders,
            Network network,
            Flaw flaw,
            long applied,
            Events events) {
        this.timeline = timeline;
        this.life = life;
        this.journal = journal;
        this.self = self;
        this.founders = Conf.of(founders);
        this.network = network;
        this.flaw = flaw;
        this.applied = applied;
        this.events = events;
        this.commit = applied;
        this.known = applied;
    }

    void start() {
        hear();
        life.every(HEARTBEAT_MILLIS, "raft tick", this::tick);
    }

    boolean leads() {
        return leading;
    }

    Conf conf() {
        Conf logged = journal.conf();
        return logged == null ? founders : logged;
    }

    long commit() {
        return commit;
    }

    private void hear() {
        heardMicros = timeline.micros();
        patienceMicros = TimeUnit.MILLISECONDS.toMicros(timeline.between(ELECTION_MILLIS, 2L * ELECTION_MILLIS));
    }

    private void tick() {
        if (leading) {
            leadOn();
        } else if (conf().votes(self) && timeline.micros() - heardMicros >= patienceMicros) {
            stand(false);
        }
    }

    // ---- elections

    /** Asks for votes: first whether there would be any, then really. */
    private void stand(boolean really) {
        hear();
        candidacyIsReal = really;
        votes.clear();
        votes.add(self);
        if (really) {
            journal.term++;
            journal.vote = self;
            leader = NOBODY;
        }
        long term = really ? journal.term : journal.term + 1;
        candidacyTerm = term;
        long lastIndex = journal.size() - 1L;
        long lastTerm = journal.termAt(lastIndex);
        if (!countVotes(term)) {
            for (long peer : others()) {
                network.message(
                        self,
                        peer,
                        really ? "vote?" : "pre-vote?",
                        model -> model.asked(self, term, lastTerm, lastIndex, really));
            }
        }
    }

    private void asked(long candidate, long theirTerm, long lastTerm, long lastIndex, boolean really) {
        long ownIndex = journal.size() - 1L;
        long ownTerm = journal.termAt(ownIndex);
        boolean upToDate = lastTerm > ownTerm || (lastTerm == ownTerm && lastIndex >= ownIndex);
        boolean content = leading
                || (leader != NOBODY
                        && timeline.micros() - heardMicros < TimeUnit.MILLISECONDS.toMicros(ELECTION_MILLIS));
        boolean granted;
        if (really) {
            if (theirTerm > journal.term) {
                adopt(theirTerm);
            }
            granted = theirTerm == journal.term
                    && upToDate
                    && conf().holds(candidate)
                    && (journal.vote == NOBODY || journal.vote == candidate);
            if (granted) {
                journal.vote = candidate;
                hear();
            }
        } else {
            granted = theirTerm > journal.term && upToDate && conf().holds(candidate) && !content;
        }
        if (granted) {
            network.message(self, candidate, "vote", model -> model.gotVote(self, theirTerm, really));
        } else {
            long term = journal.term;
            network.message(self, candidate, "no vote", model -> model.gotTerm(term));
        }
    }

    private void gotTerm(long term) {
        if (term > journal.term) {
            adopt(term);
        }
    }

    private void gotVote(long from, long term, boolean really) {
        if (!leading && term == candidacyTerm && really == candidacyIsReal && really == (term == journal.term)) {
            votes.add(from);
            countVotes(term);
        }
    }

    private boolean countVotes(long term) {
        if (!conf().isQuorum(votes::contains)) {
            return false;
        }
        if (!candidacyIsReal) {
            stand(true);
        } else if (term == journal.term) {
            candidacyTerm = 0;
            lead();
        }
        return true;
    }

    private void adopt(long term) {
        journal.term = term;
        journal.vote = NOBODY;
        leader = NOBODY;
        stepDown();
    }

    private void lead() {
        leading = true;
        leadsSinceMicros = timeline.micros();
        followers.clear();
        for (long peer : others()) {
            followers.put(peer, newFollower());
        }
        staging = null;
        startupIndex = journal.size();
        timeline.note(life + " leads in term " + journal.term);
        setLeader(self);
        appendRecord(LogRecord.of(journal.term, journal.size(), conf()));
    }

    /** Heard of as late as counts as in touch, as Ratis takes a peer that it knows nothing of. */
    private Follower newFollower() {
        return new Follower(journal.size(), timeline.micros() - TimeUnit.MILLISECONDS.toMicros(2L * ELECTION_MILLIS));
    }

    /** A leader wants this member to take over, and now. */
    private void takeOver() {
        if (!leading && conf().votes(self)) {
            stand(true);
        }
    }

    private void stepDown() {
        if (!leading) {
            return;
        }
        leading = false;
        hear();
        if (leader == self) {
            leader = NOBODY;
        }
        timeline.note(life + " steps down");
        List<EntryOfMine> unknown = new ArrayList<>();
        for (long index = applied + 1; index < journal.size(); index++) {
            EntryOfMine entry = mine.get(index);
            if (entry != null) {
                unknown.add(entry);
            }
        }
        unknown.forEach(entry -> entry.done.completeExceptionally(notLeader()));
        events.leadershipLost();
        failReads();
        failChange("not the leader any more");
        staging = null;
        followers.clear();
    }

    private void failReads() {
        List<PendingRead> failed = List.copyOf(reads);
        List<LongConsumer> early = List.copyOf(readsUntilReady);
        reads.clear();
        readsUntilReady.clear();
        failed.forEach(read -> read.then.accept(-1));
        early.forEach(read -> read.accept(-1));
    }

    private void setLeader(long id) {
        if (leader != id) {
            leader = id;
            events.leaderChanged(id);
        }
    }

    // ---- the leader's log

    private void leadOn() {
        long now = timeline.micros();
        long silence = TimeUnit.MILLISECONDS.toMicros(2L * ELECTION_MILLIS);
        if (now - leadsSinceMicros > silence && !conf().isQuorum(id -> id == self || isHeardSince(id, now - silence))) {
            stepDown();
            return;
        }
        List<Long> wanted = others();
        followers.keySet().retainAll(wanted);
        for (long peer : wanted) {
            followers.computeIfAbsent(peer, _ -> newFollower());
        }
        for (Map.Entry<Long, Follower> entry : followers.entrySet()) {
            Follower follower = entry.getValue();
            if (now - follower.sentMicros > TimeUnit.MILLISECONDS.toMicros(RESEND_MILLIS)
                    || now - follower.ackedMicros > TimeUnit.MILLISECONDS.toMicros(RESEND_MILLIS)) {
                follower.next = Math.min(follower.next, follower.match + 1);
            }
            send(entry.getKey(), follower);
        }
        lookAtStaging(now);
    }

    private boolean isHeardSince(long id, long micros) {
        Follower follower = followers.get(id);
        return follower != null && follower.ackedMicros >= micros;
    }

    /** Those whom the leader sends to: the others of the configuration, and who is to join it. */
    private List<Long> others() {
        Set<Long> ids = new TreeSet<>();
        Conf conf = conf();
        conf.peers().forEach(peer -> ids.add(peer.memberId()));
        conf.previous().forEach(peer -> ids.add(peer.memberId()));
        Staging joining = staging;
        if (joining != null) {
            joining.next.forEach(peer -> ids.add(peer.memberId()));
        }
        ids.remove(self);
        return List.copyOf(ids);
    }

    @Override
    public CompletableFuture<Void> append(Object context, byte[] entry) {
        if (!leading) {
            return CompletableFuture.failedFuture(notLeader());
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        mine.put((long) journal.size(), new EntryOfMine(journal.term, context, done));
        appendRecord(LogRecord.of(journal.term, journal.size(), entry));
        return done;
    }

    private void appendRecord(LogRecord record) {
        journal.append(record);
        Journal.Sync sync = journal.sync();
        life.later(fsyncMicros(), "own fsync", () -> {
            if (journal.synced(sync)) {
                commitUpTo(known);
                advanceCommit();
            }
        });
        if (!sendSoon) {
            sendSoon = true;
            life.later(timeline.between(1, 300), "send", () -> {
                sendSoon = false;
                if (leading) {
                    followers.forEach(this::send);
                }
            });
        }
    }

    private long fsyncMicros() {
        return timeline.chance(20) ? timeline.between(10_000, 80_000) : timeline.between(50, 1_500);
    }

    private void send(long peer, Follower follower) {
        long term = journal.term;
        long previous = follower.next - 1;
        long previousTerm = journal.termAt(previous);
        List<LogRecord> records = journal.from(follower.next);
        long leaderCommit = commit;
        long round = probe;
        follower.next = journal.size();
        follower.sentMicros = timeline.micros();
        network.message(
                self,
                peer,
                records.isEmpty() ? "heartbeat" : "append",
                model -> model.appendEntries(self, term, previous, previousTerm, records, leaderCommit, round));
    }

    private void appendEntries(
            long from,
            long term,
            long previous,
            long previousTerm,
            List<LogRecord> records,
            long leaderCommit,
            long round) {
        if (term < journal.term) {
            long own = journal.term;
            network.message(self, from, "old term", model -> model.gotTerm(own));
            return;
        }
        if (term > journal.term) {
            adopt(term);
        }
        hear();
        setLeader(from);
        if (previous >= 0 && journal.termAt(previous) != previousTerm) {
            long hint = Math.min(previous, journal.size()) - 1;
            network.message(self, from, "gap", model -> model.refused(self, term, Math.max(hint, -1), round));
            return;
        }
        boolean grew = false;
        for (LogRecord record : records) {
            if (journal.termAt(record.index()) == record.term()) {
                continue;
            }
            if (record.index() < journal.size()) {
                timeline.check(record.index() > commit, "the model lost a committed entry %d", record.index());
                journal.truncate(record.index());
            }
            journal.append(record);
            grew = true;
        }
        long match = previous + records.size();
        if (grew) {
            Journal.Sync sync = journal.sync();
            life.later(fsyncMicros(), "fsync", () -> {
                if (journal.synced(sync)) {
                    commitUpTo(known);
                    acknowledge(from, term, match, round);
                }
            });
        } else {
            acknowledge(from, term, Math.min(match, journal.durable() - 1L), round);
        }
        commitUpTo(Math.min(leaderCommit, match));
    }

    private void acknowledge(long to, long term, long match, long round) {
        long own = commit;
        network.message(self, to, "ack", model -> model.acknowledged(self, term, match, own, round));
    }

    private void acknowledged(long from, long term, long match, long theirCommit, long round) {
        Follower follower = followers.get(from);
        if (!leading || term != journal.term || follower == null) {
            return;
        }
        follower.match = Math.max(follower.match, match);
        follower.next = Math.max(follower.next, match + 1);
        follower.commit = Math.max(follower.commit, theirCommit);
        heardFrom(follower, round);
        advanceCommit();
    }

    private void refused(long from, long term, long hint, long round) {
        Follower follower = followers.get(from);
        if (leading && term == journal.term && follower != null) {
            follower.next = Math.max(follower.match, Math.min(hint, follower.next)) + 1;
            heardFrom(follower, round);
            send(from, follower);
        }
    }

    private void heardFrom(Follower follower, long round) {
        follower.ackedMicros = timeline.micros();
        follower.acked = Math.max(follower.acked, round);
        finishReads();
    }

    private void advanceCommit() {
        if (!leading) {
            return;
        }
        for (long index = journal.size() - 1L; index > commit; index--) {
            if (journal.termAt(index) != journal.term) {
                return;
            }
            if (isOnQuorum(index)) {
                commitUpTo(index);
                return;
            }
        }
    }

    private boolean isOnQuorum(long index) {
        if (flaw == Flaw.COMMITS_ALONE) {
            return journal.durable() > index;
        }
        return conf().isQuorum(id -> {
            Follower follower = followers.get(id);
            return id == self ? journal.durable() > index : follower != null && follower.match >= index;
        });
    }

    /** Commits what is known to be on a majority, as far as it is durable here. */
    private void commitUpTo(long wanted) {
        known = Math.max(known, wanted);
        long index = Math.min(known, journal.durable() - 1L);
        if (index <= commit) {
            return;
        }
        long before = commit;
        commit = index;
        for (long at = before + 1; at <= index; at++) {
            Conf conf = journal.at(at).conf();
            if (conf != null) {
                events.configured(at, conf);
            }
        }
        if (leading) {
            settleConf();
        }
        applySoon();
    }

    // ---- apply

    private void applySoon() {
        if (!applying && applied < commit) {
            applying = true;
            long pause = timeline.chance(10) ? timeline.between(5_000, 150_000) : timeline.between(1, 400);
            life.later(pause, "apply", () -> {
                applying = false;
                int most = timeline.below(4) + 1;
                for (int i = 0; i < most && applied < commit; i++) {
                    applyNext();
                }
                applySoon();
            });
        }
    }

    private void applyNext() {
        long index = applied + 1;
        LogRecord record = journal.at(index);
        EntryOfMine own = mine.remove(index);
        Object context = own != null && own.term == record.term() ? own.context : null;
        byte[] data = record.data();
        if (data != null) {
            events.apply(record.term(), index, data, context);
        }
        applied = index;
        if (own != null) {
            if (context != null) {
                own.done.complete(null);
            } else {
                own.done.completeExceptionally(notLeader());
            }
        }
        if (leading && index == startupIndex) {
            events.leaderReady();
            List<LongConsumer> early = List.copyOf(readsUntilReady);
            readsUntilReady.clear();
            early.forEach(read -> read.accept(index));
        }
        List<PendingIndex> reached = waitingForApply.stream()
                .filter(waiting -> waiting.index <= index)
                .toList();
        waitingForApply.removeAll(reached);
        reached.forEach(waiting -> waiting.then.complete(true));
    }

    private static IllegalStateException notLeader() {
        return new IllegalStateException("not the leader");
    }

    // ---- reads

    @Override
    public CompletableFuture<Boolean> readIndex() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        if (flaw == Flaw.LOCAL_READS) {
            life.later(1, "local read", () -> answer.complete(true));
            return answer;
        }
        LongConsumer known = index -> {
            if (life.isOver()) {
                timeline.note("answered to a life that has ended");
            } else if (index < 0) {
                answer.complete(false);
            } else if (index <= applied) {
                answer.complete(true);
            } else {
                waitingForApply.add(new PendingIndex(index, answer));
            }
        };
        life.later(TimeUnit.MILLISECONDS.toMicros(READ_MILLIS), "read is late", () -> answer.complete(false));
        if (leading) {
            confirm(known);
        } else if (leader == NOBODY) {
            life.later(100, "nobody to ask", () -> answer.complete(false));
        } else {
            network.message(self, leader, "read index?", model -> model.askedIndex(self, known));
        }
        return answer;
    }

    private void askedIndex(long from, LongConsumer known) {
        LongConsumer reply = index -> network.message(self, from, "read index", _ -> known.accept(index));
        if (leading) {
            confirm(reply);
        } else {
            reply.accept(-1);
        }
    }

    /** Answers with an index that covers all that was committed, once a majority says that this member leads. */
    private void confirm(LongConsumer then) {
        if (applied < startupIndex) {
            readsUntilReady.add(then);
            return;
        }
        if (flaw == Flaw.UNCONFIRMED_READS) {
            then.accept(commit);
            return;
        }
        probe++;
        reads.add(new PendingRead(probe, commit, then));
        followers.forEach(this::send);
        finishReads();
    }

    private void finishReads() {
        List<PendingRead> done = reads.stream()
                .filter(read -> conf().isQuorum(id -> id == self || hasAnswered(id, read.probe)))
                .toList();
        reads.removeAll(done);
        done.forEach(read -> read.then.accept(read.index));
    }

    private boolean hasAnswered(long id, long round) {
        Follower follower = followers.get(id);
        return follower != null && follower.acked >= round;
    }

    // ---- the configuration

    @Override
    public List<Peer> configuration() {
        return conf().peers();
    }

    @Override
    public boolean isChanging() {
        return changing > 0 || conf().isChanging();
    }

    @Override
    public CompletableFuture<Void> configure(List<Peer> members) {
        network.asked(self, this, members);
        if (!leading || conf().isChanging() || staging != null || commit < journal.confIndex()) {
            return CompletableFuture.failedFuture(new IllegalStateException("not the leader, or changing already"));
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        changing++;
        changed = answer;
        staging = new Staging(List.copyOf(members), timeline.micros());
        life.later(
                TimeUnit.MILLISECONDS.toMicros(SimulatedConsensus.REQUEST_MILLIS),
                "change is late",
                () -> answer.completeExceptionally(
                        new PeerException(PeerException.Reason.TIMEOUT, "the change is late")));
        lookAtStaging(timeline.micros());
        return answer.whenComplete((_, _) -> changing--);
    }

    private void lookAtStaging(long now) {
        Staging joining = staging;
        if (joining == null) {
            return;
        }
        Conf conf = conf();
        boolean silent = false;
        for (Peer peer : joining.next) {
            if (conf.holds(peer.memberId())) {
                continue;
            }
            Follower follower = followers.get(peer.memberId());
            if (follower == null || follower.match < commit) {
                long since = follower == null ? 0 : follower.ackedMicros;
                long patience = TimeUnit.MILLISECONDS.toMicros(STAGING_MILLIS);
                if (now - Math.max(since, joining.sinceMicros) < patience) {
                    return;
                }
                silent = true;
            }
        }
        staging = null;
        if (silent) {
            failChange("no progress");
        } else {
            appendRecord(LogRecord.of(journal.term, journal.size(), conf.towards(joining.next)));
        }
    }

    private void failChange(String why) {
        CompletableFuture<Void> open = changed;
        changed = null;
        if (open != null) {
            open.completeExceptionally(new IllegalStateException(why));
        }
    }

    /** Goes on with a change whose last entry is committed. */
    private void settleConf() {
        long last = journal.confIndex();
        if (last > commit || journal.at(last).term() != journal.term) {
            return;
        }
        Conf conf = conf();
        if (conf.isChanging()) {
            appendRecord(LogRecord.of(journal.term, journal.size(), Conf.of(conf.peers())));
            return;
        }
        CompletableFuture<Void> done = changed;
        if (done != null && staging == null) {
            changed = null;
            done.complete(null);
        }
        if (!conf.votes(self)) {
            stepDown();
        }
    }

    @Override
    public CompletableFuture<Void> transferLeadership(long memberId) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (!leading || !conf().votes(memberId)) {
            return CompletableFuture.failedFuture(new IllegalStateException("can't hand over"));
        }
        life.later(
                TimeUnit.MILLISECONDS.toMicros(2L * ELECTION_MILLIS),
                "transfer is late",
                () -> answer.completeExceptionally(new IllegalStateException("it didn't take over")));
        watchTransfer(memberId, answer);
        return answer;
    }

    private void watchTransfer(long heir, CompletableFuture<Void> answer) {
        if (answer.isDone()) {
            return;
        }
        if (leader == heir) {
            answer.complete(null);
            return;
        }
        Follower follower = followers.get(heir);
        if (leading && follower != null && follower.match == journal.size() - 1L) {
            network.message(self, heir, "your turn", RaftModel::takeOver);
        }
        life.later(50_000, "transfer", () -> watchTransfer(heir, answer));
    }

    @Override
    public OptionalLong matchIndex(long memberId) {
        if (!leading) {
            return OptionalLong.empty();
        }
        if (memberId == self) {
            return OptionalLong.of(commit + 1);
        }
        Follower follower = followers.get(memberId);
        return follower == null ? OptionalLong.empty() : OptionalLong.of(follower.commit + 1);
    }

    @Override
    public OptionalLong silentMillis(long memberId) {
        if (!leading) {
            return OptionalLong.empty();
        }
        if (memberId == self) {
            return OptionalLong.of(0);
        }
        Follower follower = followers.get(memberId);
        return follower == null
                ? OptionalLong.empty()
                : OptionalLong.of((timeline.micros() - follower.ackedMicros) / 1_000);
    }

    // ---- status

    @Override
    public long leaderId() {
        return leader;
    }

    @Override
    public long term() {
        return journal.term;
    }

    @Override
    public long committedIndex() {
        return commit + 1;
    }

    @Override
    public long appliedIndex() {
        return applied + 1;
    }

    /** Everything this member still waits for. */
    int pending() {
        return mine.size() + reads.size() + readsUntilReady.size() + waitingForApply.size();
    }
}
