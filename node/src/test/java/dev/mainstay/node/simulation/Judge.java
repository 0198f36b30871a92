package dev.mainstay.node.simulation;

import dev.mainstay.node.apply.CommittedEvents;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.consensus.SimulatedConsensus;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.membership.Members;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sees everything and knows what must hold: one history, the same on every member; each write in it once at most, once
 * exactly if it was acknowledged, not at all if it was refused; reads that see what was acknowledged before; leases that
 * live as long as was promised; configurations that follow the record.
 */
final class Judge {

    private static final long FIRST_REVISION = 2;

    private final Timeline timeline;
    private final List<RevisionEvents> history = new ArrayList<>();
    private final Map<Long, State> states = new HashMap<>();
    private final Map<Bytes, TreeMap<Long, KeyValue>> keys = new HashMap<>();
    private final Map<Bytes, Write> writes = new HashMap<>();
    private final Map<Long, Conf> confs = new HashMap<>();
    private final List<Request> open = new ArrayList<>();
    private final LeaseWatch leases;
    private long seenRevision = 1;
    private long answered;

    /** What is the same wherever the same entry has been applied. */
    record State(
            long term, long clockMillis, long revision, long compactRevision, List<Lease> leases, Members members) {}

    /** A put of a value that no other has, and what became of it. */
    static final class Write {
        private final Bytes value;
        private long effectRevision;
        private boolean none;

        Write(Bytes value) {
            this.value = value;
        }
    }

    /** Something a client asked of a member, which owes it an answer. */
    static final class Request {
        private final String what;
        private final Life life;
        private final long sinceMicros;
        private final long stillMicros;
        private final long limitMillis;
        private final long floor;

        private Request(String what, Life life, long sinceMicros, long limitMillis, long floor) {
            this.what = what;
            this.life = life;
            this.sinceMicros = sinceMicros;
            this.stillMicros = life.stillMicros();
            this.limitMillis = limitMillis;
            this.floor = floor;
        }

        long sinceMicros() {
            return sinceMicros;
        }

        @Override
        public String toString() {
            return what + " at " + life;
        }
    }

    Judge(Timeline timeline) {
        this.timeline = timeline;
        this.leases = new LeaseWatch(timeline);
    }

    LeaseWatch leases() {
        return leases;
    }

    /** Requests that got an answer. */
    long answered() {
        return answered;
    }

    int openRequests() {
        return open.size();
    }

    List<Request> open() {
        return List.copyOf(open);
    }

    // ---- what members do

    /** Compares what a member applies with what others applied there. */
    void applied(long member, LogPosition position, State state) {
        State known = states.putIfAbsent(position.index(), state);
        timeline.check(
                known == null || known.equals(state),
                "member %d is at %s after entry %d, another was at %s",
                member,
                state,
                position.index(),
                known);
    }

    /** A reader of a member's changes, which must be those of all members, without gaps. */
    CommittedEvents reader(long member, long revision) {
        long[] last = {revision};
        return revisions -> {
            for (RevisionEvents events : revisions) {
                last[0]++;
                timeline.check(
                        events.revision() == last[0],
                        "member %d published revision %d where %d should be",
                        member,
                        events.revision(),
                        last[0]);
                published(member, events);
            }
        };
    }

    private void published(long member, RevisionEvents events) {
        int place = (int) (events.revision() - FIRST_REVISION);
        if (place < history.size()) {
            timeline.check(
                    history.get(place).equals(events),
                    "member %d has %s where another has %s",
                    member,
                    events,
                    history.get(place));
            return;
        }
        timeline.check(place == history.size(), "revision %d comes out of nowhere", events.revision());
        history.add(events);
        for (Event event : events.events()) {
            keys.computeIfAbsent(event.kv().key(), _ -> new TreeMap<>()).put(events.revision(), event.kv());
            if (event.type() == Event.Type.PUT) {
                effect(event.kv().value(), events.revision());
            }
        }
    }

    private void effect(Bytes value, long revision) {
        Write write = writes.get(value);
        timeline.check(write != null, "nobody wrote %s", value);
        Write known = Objects.requireNonNull(write);
        timeline.check(!known.none, "%s was refused, and is there at revision %d", value, revision);
        timeline.check(
                known.effectRevision == 0,
                "%s was written once and is there twice, at revisions %d and %d",
                value,
                known.effectRevision,
                revision);
        known.effectRevision = revision;
    }

    /** What a member puts into its log stays within bounds. */
    SimulatedConsensus.Log watched(RaftModel raft) {
        return new SimulatedConsensus.Log() {
            @Override
            public CompletableFuture<Void> append(Object context, byte[] entry) {
                int commands = CommandCodec.decode(entry).stream()
                        .mapToInt(batch -> batch.commands().size())
                        .sum();
                timeline.check(
                        commands <= SimulatedConsensus.BATCH_COMMANDS
                                && entry.length <= SimulatedConsensus.maxEntryBytes(),
                        "an entry of %d commands and %d bytes",
                        commands,
                        entry.length);
                return raft.append(context, entry);
            }

            @Override
            public CompletableFuture<Boolean> readIndex() {
                return raft.readIndex();
            }

            @Override
            public long leaderId() {
                return raft.leaderId();
            }

            @Override
            public long term() {
                return raft.term();
            }

            @Override
            public long committedIndex() {
                return raft.committedIndex();
            }

            @Override
            public long appliedIndex() {
                return raft.appliedIndex();
            }
        };
    }

    /** A member takes a configuration for agreed. */
    void configured(long index, Conf conf) {
        Conf known = confs.putIfAbsent(index, conf);
        timeline.check(known == null || known.equals(conf), "two configurations at %d: %s and %s", index, known, conf);
    }

    /** A process ended: nobody gets an answer from it any more. */
    void died(Life life) {
        open.removeIf(request -> request.life == life);
    }

    // ---- what clients see

    /** A client is about to put a value that nobody put before. */
    Write wants(Bytes value) {
        Write write = new Write(value);
        writes.put(value, write);
        return write;
    }

    /** @param limitMillis how long the member may take by its own clock while it doesn't stand still */
    Request begins(String what, Life life, long limitMillis) {
        Request request = new Request(what, life, timeline.micros(), limitMillis, seenRevision);
        open.add(request);
        return request;
    }

    /** Whether the client that began this still listens; to be called once, with the answer. */
    void ends(Request request) {
        open.remove(request);
        answered++;
        inTime(request);
    }

    /** Complains of whoever has waited too long. */
    void lookAtWaiting() {
        open.forEach(this::inTime);
    }

    private void inTime(Request request) {
        if (request.life.standsStill()) {
            return;
        }
        long waited = timeline.micros() - request.sinceMicros - (request.life.stillMicros() - request.stillMicros);
        timeline.check(
                waited <= request.limitMillis * 1_000,
                "%s has waited for an answer for %d ms",
                request,
                waited / 1_000);
    }

    /** A write was acknowledged with this revision. */
    void done(Request request, Write write, long revision) {
        timeline.check(
                write.effectRevision == revision,
                "%s was acknowledged at revision %d and is at %d",
                write.value,
                revision,
                write.effectRevision);
        timeline.check(
                revision > request.floor,
                "%s was written at revision %d, but %d had been seen before it began",
                write.value,
                revision,
                request.floor);
        seen(revision);
    }

    /** A write was answered with an error that says that nothing happened. */
    void nothingDone(Write write) {
        timeline.check(
                write.effectRevision == 0, "%s was refused and is at revision %d", write.value, write.effectRevision);
        write.none = true;
    }

    /** A member answered as of a revision; so it must know all that anybody had seen when it was asked. */
    void answeredAsOf(Request request, long revision) {
        timeline.check(
                revision >= request.floor,
                "%s was answered as of revision %d, but %d had been seen before it began",
                request,
                revision,
                request.floor);
        seen(revision);
    }

    /** What a member read of a key must be what history says. */
    void read(Request request, Bytes key, long revision, @Nullable KeyValue found) {
        answeredAsOf(request, revision);
        TreeMap<Long, KeyValue> versions = keys.get(key);
        Map.Entry<Long, KeyValue> last = versions == null ? null : versions.floorEntry(revision);
        KeyValue expected = last == null || last.getValue().version() == 0 ? null : last.getValue();
        timeline.check(
                Objects.equals(found, expected),
                "%s read %s at revision %d, it was %s",
                request,
                found,
                revision,
                expected);
    }

    private void seen(long revision) {
        seenRevision = Math.max(seenRevision, revision);
    }

    /** The newest revision that any client has seen. */
    long seenRevision() {
        return seenRevision;
    }
}
