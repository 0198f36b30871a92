package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.mainstay.e2e.server.Pause;
import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaderKey;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.ProclaimRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeRequest.SortOrder;
import dev.mainstay.etcd.proto.RangeRequest.SortTarget;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.UnlockRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Plays locks and elections. Whoever must be answered by the state of the store has been answered when a step is over: that
 * state alone decides who holds, since contenders queue up by the creation of their keys. So two clusters whose stores are alike
 * must give alike answers in the same steps, whatever their timing. Everything else is left to a {@link Player}. One thread.
 */
final class RecipePlayer implements Game.Playing<Step> {
    /** In place of a contender's part of a key: that of the one who holds. */
    static final String HOLDER = "/*";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** For what shows nowhere: a call that found its key there, an observer that found nobody. */
    private static final long UNSEEN_MILLIS = 150;

    private final Player plain;
    private final Map<Integer, WaitingCall> waiting = new TreeMap<>();
    private final Map<Integer, Observer> observers = new TreeMap<>();

    RecipePlayer(List<String> endpoints) {
        plain = new Player(endpoints, true);
    }

    @Override
    public String play(Step step) {
        try {
            String answer = answer(step);
            plain.changed();
            return answer + "\n" + settled() + "revision " + revision();
        } catch (MissingAnswer e) {
            return String.valueOf(e.getMessage());
        }
    }

    private String answer(Step step) {
        AskedMember member = plain.member(step.member());
        return switch (step.kind()) {
            case LOCK -> {
                LockRequest lock = (LockRequest) step.request();
                yield begin(step, member, lock.getName(), lock.getLease());
            }
            case CAMPAIGN -> {
                CampaignRequest campaign = (CampaignRequest) step.request();
                yield begin(step, member, campaign.getName(), campaign.getLease());
            }
            case CANCEL -> cancel(step.stream());
            case EXPIRE -> expire(((LeaseTimeToLiveRequest) step.request()).getID());
            case OBSERVE -> observe(step.stream(), member, (LeaderRequest) step.request());
            default -> plain.play(bound(step));
        };
    }

    private String begin(Step step, AskedMember member, ByteString name, long lease) {
        if (waiting.containsKey(step.stream())) {
            return "waits already";
        }
        ByteString prefix = name.concat(ByteString.copyFromUtf8("/"));
        ByteString key = prefix.concat(ByteString.copyFromUtf8(Long.toString(lease, 16)));
        boolean there = find(key) != null;
        WaitingCall call = new WaitingCall(step.kind(), member, prefix, step.request());
        if (there) {
            Pause.millis(UNSEEN_MILLIS);
        }
        await("a contender's key or an answer", () -> call.isDone() || find(key) != null);
        KeyValue contender = find(key);
        if (contender == null) {
            return call.answer();
        }
        call.contends(contender);
        waiting.put(step.stream(), call);
        return "contends";
    }

    /** Only who surely waits: etcd leaves the key of one who goes before that to its lease. */
    private String cancel(int session) {
        WaitingCall call = waiting.remove(session);
        if (call == null) {
            return "waits for nothing";
        }
        Pause.millis(UNSEEN_MILLIS);
        call.cancel();
        await("a key to go with its contender", () -> call.hasLeft(find(call.key())));
        return "cancelled";
    }

    private String expire(long lease) {
        LeaseTimeToLiveRequest question =
                LeaseTimeToLiveRequest.newBuilder().setID(lease).build();
        var leases = LeaseGrpc.newBlockingStub(plain.member(0).client().channel());
        await(
                "a lease to expire",
                () -> leases.withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                .leaseTimeToLive(question)
                                .getTTL()
                        < 0);
        return "expired";
    }

    private String observe(int session, AskedMember member, LeaderRequest request) {
        Observer before = observers.remove(session);
        if (before != null) {
            before.close();
        }
        observers.put(session, new Observer(member, request));
        Pause.millis(UNSEEN_MILLIS);
        return "observes";
    }

    /** What came of this step for all sessions. */
    private String settled() {
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<Integer, WaitingCall> contender : List.copyOf(waiting.entrySet())) {
            int session = contender.getKey();
            WaitingCall call = contender.getValue();
            if (!isBehindSomebody(call)) {
                await("an answer to session " + session + " which is the first now", call::isDone);
            }
            if (call.isDone()) {
                waiting.remove(session);
                lines.append("session ")
                        .append(session)
                        .append(": ")
                        .append(KnownDifferences.contender(call, find(call.key())))
                        .append('\n');
            }
        }
        observers.forEach((session, observer) -> {
            KeyValue leader = holder(observer.prefix());
            if (leader != null) {
                await("session " + session + " to see the leader", () -> observer.hasSeen(leader));
            }
            observer.drain()
                    .forEach(line -> lines.append("session ")
                            .append(session)
                            .append(" saw ")
                            .append(line)
                            .append('\n'));
        });
        return lines.toString();
    }

    /** The step with the holder's key, and with its revision in place of an offset to it. */
    private Step bound(Step step) {
        Message request = switch (step.request()) {
            case UnlockRequest unlock ->
                unlock.toBuilder().setKey(bound(unlock.getKey())).build();
            case ProclaimRequest proclaim ->
                proclaim.hasLeader()
                        ? proclaim.toBuilder()
                                .setLeader(bound(proclaim.getLeader()))
                                .build()
                        : proclaim;
            case ResignRequest resign ->
                resign.hasLeader()
                        ? resign.toBuilder()
                                .setLeader(bound(resign.getLeader()))
                                .build()
                        : resign;
            default -> step.request();
        };
        return new Step(step.kind(), 0, step.member(), step.caller(), request);
    }

    private LeaderKey bound(LeaderKey leader) {
        ByteString key = bound(leader.getKey());
        KeyValue there = key.isEmpty() ? null : find(key);
        return leader.toBuilder()
                .setKey(key)
                .setRev(leader.getRev() + (there == null ? 0 : there.getCreateRevision()))
                .build();
    }

    private ByteString bound(ByteString key) {
        String text = key.toStringUtf8();
        if (!text.endsWith(HOLDER)) {
            return key;
        }
        KeyValue holder = holder(ByteString.copyFromUtf8(text.substring(0, text.length() - 1)));
        return holder == null ? key : holder.getKey();
    }

    private boolean isBehindSomebody(WaitingCall call) {
        RangeRequest before = contenders(call.prefix())
                .setMaxCreateRevision(call.createRevision() - 1)
                .build();
        return range(before) != null;
    }

    private @Nullable KeyValue holder(ByteString prefix) {
        return range(contenders(prefix).build());
    }

    private static RangeRequest.Builder contenders(ByteString prefix) {
        int last = prefix.size() - 1;
        return RangeRequest.newBuilder()
                .setKey(prefix)
                .setRangeEnd(prefix.substring(0, last).concat(Vocabulary.bytes(prefix.byteAt(last) + 1)))
                .setSortTarget(SortTarget.CREATE)
                .setSortOrder(SortOrder.ASCEND)
                .setLimit(1);
    }

    private @Nullable KeyValue find(ByteString key) {
        return range(RangeRequest.newBuilder().setKey(key).build());
    }

    private @Nullable KeyValue range(RangeRequest request) {
        List<KeyValue> found = answer(request).getKvsList();
        return found.isEmpty() ? null : found.getFirst();
    }

    /** That of the store, which waiting calls may have changed unseen. */
    private long revision() {
        return answer(RangeRequest.newBuilder()
                        .setKey(Vocabulary.bytes(0))
                        .setCountOnly(true)
                        .build())
                .getHeader()
                .getRevision();
    }

    private RangeResponse answer(RangeRequest request) {
        return KVGrpc.newBlockingStub(plain.member(0).client().channel())
                .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .range(request);
    }

    private static void await(String what, BooleanSupplier there) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new MissingAnswer("waited in vain for " + what);
            }
            Pause.millis(2);
        }
    }

    @Override
    public void close() {
        waiting.values().forEach(WaitingCall::cancel);
        observers.values().forEach(Observer::close);
        plain.close();
    }

    /** What had to come didn't. */
    private static final class MissingAnswer extends RuntimeException {
        private static final long serialVersionUID = 1;

        MissingAnswer(String what) {
            super(what);
        }
    }
}
