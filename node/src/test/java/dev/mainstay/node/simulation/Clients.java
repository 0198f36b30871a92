package dev.mainstay.node.simulation;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.consensus.SimulatedConsensus;
import dev.mainstay.node.leader.KeepAlive;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Clients that ask members for this and that, and tell the judge what they were answered. */
final class Clients {

    private static final int KEYS = 6;
    private static final int MOST_FLOOD = 40;

    /** Proposals and reads: the request timeout, a sweep and a step. */
    private static final long ANSWER_MILLIS = SimulatedConsensus.REQUEST_MILLIS + 300;

    /** What asks the leader over and over takes one call more, and a renewal of an expired lease waits for its end. */
    private static final long LEADERS_ANSWER_MILLIS = 5L * SimulatedConsensus.REQUEST_MILLIS;

    private final Timeline timeline;
    private final Network network;
    private final Judge judge;
    private final List<Long> leases = new ArrayList<>();
    private long values;
    private long lastLease;
    private boolean stopped;

    Clients(Timeline timeline, Network network, Judge judge) {
        this.timeline = timeline;
        this.network = network;
        this.judge = judge;
    }

    void start(int clients, int thinkMillis) {
        for (int i = 0; i < clients; i++) {
            next(thinkMillis);
        }
    }

    void stop() {
        stopped = true;
    }

    private void next(int thinkMillis) {
        timeline.later(timeline.between(1_000, thinkMillis * 2_000L), "client", () -> {
            if (!stopped) {
                act();
                next(thinkMillis);
            }
        });
    }

    private void act() {
        List<SimulatedMember> up = network.up();
        if (up.isEmpty()) {
            return;
        }
        SimulatedMember.Running member = timeline.oneOf(up).mustRun();
        int dice = timeline.below(100);
        if (dice < 32) {
            put(member, 0);
        } else if (dice < 56) {
            read(member);
        } else if (dice < 64) {
            compareAndPut(member);
        } else if (dice < 67) {
            delete(member);
        } else if (dice < 72) {
            put(member, someLease());
        } else if (dice < 79) {
            grant(member, timeline.between(1, 3), _ -> {});
        } else if (dice < 95) {
            keepAlive(member, someLease(), _ -> {});
        } else if (dice < 96) {
            revoke(member, someLease());
        } else if (dice < 98) {
            compact(member);
        } else {
            for (int i = timeline.below(MOST_FLOOD); i > 0; i--) {
                put(member, 0);
            }
        }
    }

    private static Bytes key(int number) {
        return Bytes.utf8("k" + number);
    }

    private Bytes someKey() {
        return key(timeline.below(KEYS));
    }

    /** One of the latest, 0 before there is any. */
    private long someLease() {
        return leases.isEmpty() ? 0 : leases.get(leases.size() - 1 - timeline.below(Math.min(3, leases.size())));
    }

    private Bytes freshValue() {
        return Bytes.utf8("v" + ++values);
    }

    /** Hands a request over to a member, which gets to it when it can. */
    private void ask(SimulatedMember.Running member, String what, long limitMillis, Consumer<Judge.Request> begin) {
        Judge.Request request = judge.begins(what, member.life(), limitMillis);
        member.life().later(1, what, () -> begin.accept(request));
    }

    void put(SimulatedMember.Running member, long lease) {
        Bytes value = freshValue();
        Operation.Put put = new Operation.Put(someKey(), value, lease, false, false, false);
        Judge.Write write = judge.wants(value);
        ask(member, "put of " + value, ANSWER_MILLIS, request -> {
            var _ = member.consensus().propose(put, patience(), null).thenAccept(outcome -> {
                judge.ends(request);
                switch (outcome) {
                    case Outcome.PutDone done -> judge.done(request, write, done.revision());
                    case Outcome.Refused(ErrorCode code) -> refused(write, code);
                    default -> timeline.check(false, "a put was answered with %s", outcome);
                }
            });
        });
    }

    /** How long somebody waits for an answer: one in a few is gone long before a member gives up. */
    private BooleanSupplier patience() {
        if (timeline.below(6) > 0) {
            return () -> false;
        }
        long leaves = timeline.micros() + timeline.between(1_000, 1_000L * SimulatedConsensus.REQUEST_MILLIS);
        return () -> timeline.micros() >= leaves;
    }

    private void compareAndPut(SimulatedMember.Running member) {
        Bytes key = someKey();
        Bytes value = freshValue();
        KeyValue now = member.kv().get(key);
        long expected = now == null ? 0 : now.modRevision();
        var txn = new Operation.Txn(
                List.of(new Comparison(
                        KeyRange.single(key), Comparison.Target.MOD, Comparison.Result.EQUAL, expected, Bytes.EMPTY)),
                List.of(new Operation.Put(key, value, 0, false, false, false)),
                List.of());
        Judge.Write write = judge.wants(value);
        ask(member, "transaction for " + value, ANSWER_MILLIS, request -> {
            var _ = member.consensus().propose(txn).thenAccept(outcome -> {
                judge.ends(request);
                switch (outcome) {
                    case Outcome.TxnDone done when done.succeeded() -> judge.done(request, write, done.revision());
                    case Outcome.TxnDone done -> {
                        judge.nothingDone(write);
                        judge.answeredAsOf(request, done.revision());
                    }
                    case Outcome.Refused(ErrorCode code) -> refused(write, code);
                    default -> timeline.check(false, "a transaction was answered with %s", outcome);
                }
            });
        });
    }

    private void refused(Judge.Write write, ErrorCode code) {
        switch (code) {
            case TOO_MANY_REQUESTS, LEASE_NOT_FOUND -> judge.nothingDone(write);
            default -> timeline.check(isUnknown(code), "a write was refused with %s", code);
        }
    }

    /** Whether it may have happened or not. */
    private static boolean isUnknown(ErrorCode code) {
        return switch (code) {
            case TIMEOUT, TIMEOUT_LEADER_FAILED, TIMEOUT_CONNECTION_LOST, DEADLINE_EXCEEDED -> true;
            default -> false;
        };
    }

    private void delete(SimulatedMember.Running member) {
        var delete = new Operation.DeleteRange(KeyRange.single(someKey()), false);
        ask(member, "delete", ANSWER_MILLIS, request -> {
            var _ = member.consensus().propose(delete).thenAccept(outcome -> {
                judge.ends(request);
                if (outcome instanceof Outcome.Deleted done) {
                    judge.answeredAsOf(request, done.revision());
                }
            });
        });
    }

    private void compact(SimulatedMember.Running member) {
        var compact = new Command.Compact(Math.max(1, judge.seenRevision() - timeline.below(20)));
        ask(member, "compaction", ANSWER_MILLIS, request -> {
            var _ = member.consensus().propose(compact).thenAccept(_ -> judge.ends(request));
        });
    }

    void read(SimulatedMember.Running member) {
        Bytes key = someKey();
        ask(member, "read of " + key, ANSWER_MILLIS, request -> {
            var _ = member.consensus().await().thenAccept(refusal -> {
                judge.ends(request);
                if (refusal.isEmpty()) {
                    judge.read(request, key, member.kv().revision(), member.kv().get(key));
                }
            });
        });
    }

    /** @param then is given the lease's id once it is granted */
    void grant(SimulatedMember.Running member, long ttlSeconds, Consumer<Long> then) {
        long id = ++lastLease;
        judge.leases().wanted(id, ttlSeconds);
        ask(member, "grant of lease " + id, ANSWER_MILLIS, request -> {
            var _ = member.consensus()
                    .propose(new Command.GrantLease(id, ttlSeconds))
                    .thenAccept(outcome -> {
                        judge.ends(request);
                        if (outcome instanceof Outcome.Granted) {
                            judge.leases().granted(id, request.sinceMicros());
                            leases.add(id);
                            then.accept(id);
                        } else {
                            timeline.check(
                                    outcome instanceof Outcome.Refused(ErrorCode code)
                                            && (code == ErrorCode.TOO_MANY_REQUESTS || isUnknown(code)),
                                    "%s was answered with %s",
                                    request,
                                    outcome);
                        }
                    });
        });
    }

    void keepAlive(SimulatedMember.Running member, long id, Consumer<KeepAlive> then) {
        if (id == 0) {
            return;
        }
        ask(member, "renewal of lease " + id, LEADERS_ANSWER_MILLIS, request -> {
            var _ = member.leaseClock().keepAlive(id).thenAccept(answer -> {
                judge.ends(request);
                switch (answer) {
                    case KeepAlive.Renewed _ -> judge.leases().renewed(id, request.sinceMicros());
                    case KeepAlive.Gone() -> judge.leases().gone(id, request.sinceMicros());
                    case KeepAlive.Failed _ -> timeline.note("unknown");
                }
                then.accept(answer);
            });
        });
    }

    private void revoke(SimulatedMember.Running member, long id) {
        if (id == 0) {
            return;
        }
        judge.leases().revoking(id);
        ask(member, "end of lease " + id, ANSWER_MILLIS, request -> {
            var _ = member.consensus().propose(new Command.RevokeLease(id)).thenAccept(_ -> judge.ends(request));
        });
    }
}
