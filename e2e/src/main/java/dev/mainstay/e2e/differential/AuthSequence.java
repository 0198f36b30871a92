package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmRequest.AlarmAction;
import dev.mainstay.etcd.proto.AuthDisableRequest;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.DowngradeRequest;
import dev.mainstay.etcd.proto.LeaderKey;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberPromoteRequest;
import dev.mainstay.etcd.proto.MemberRemoveRequest;
import dev.mainstay.etcd.proto.MemberUpdateRequest;
import dev.mainstay.etcd.proto.MoveLeaderRequest;
import dev.mainstay.etcd.proto.ProclaimRequest;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.UnlockRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Sequences on a cluster that asks who calls: everything that changes users and roles, and everything else as whoever may,
 * may not, may no longer, or is nobody. Begins with users, roles and a tour of every call as several callers, so that even a
 * short sequence meets every refusal. Goes on from the seed alone, so it only believes to know who has which password. Not
 * safe for several threads.
 */
final class AuthSequence {
    private static final List<String> GARBAGE = List.of("nonsense", "abcdefghijklmnop.1", ".", "x%y", "a.b.c");
    /** No member has this id, so nobody is removed. */
    private static final long UNKNOWN_MEMBER = 4711;

    /** What asks nothing of the log, or is refused for the alarm. */
    private static final Set<StepKind> OF_ANYBODY_UNDER_ALARM = EnumSet.of(
            StepKind.PUT,
            StepKind.RANGE,
            StepKind.TIME_TO_LIVE,
            StepKind.LEASES,
            StepKind.STATUS,
            StepKind.HASH,
            StepKind.HASH_KV,
            StepKind.MEMBER_LIST,
            StepKind.AUTH_STATUS,
            StepKind.AUTHENTICATE);

    private final Random random;
    /** Chooses members, so that the steps don't depend on how many there are. */
    private final Random spread;

    private final int members;
    private final Vocabulary words;
    private final KvRequests kv;
    private final StepGenerator data;
    private final UserRequests users;
    private final Deque<Step> next = new ArrayDeque<>();
    private final Deque<Step> soon = new ArrayDeque<>();
    private boolean alarm;

    AuthSequence(long seed, int members) {
        this.members = members;
        random = new Random(seed);
        spread = new Random(~seed);
        words = new Vocabulary(random);
        kv = new KvRequests(random, words);
        data = new StepGenerator(random.nextLong(), 1);
        users = new UserRequests(random, words);
        begin();
    }

    Step next() {
        Step step = underAlarm(choose());
        return step.stream() == 0 ? step.at(spread.nextInt(members)) : step;
    }

    /** While an alarm may be on, only root changes what etcd 3.5 would let anybody change, see {@link KnownDifferences}. */
    private Step underAlarm(Step step) {
        if (step.request() instanceof AlarmRequest asked) {
            alarm = asked.getAction() == AlarmAction.ACTIVATE || (alarm && asked.getAction() != AlarmAction.DEACTIVATE);
            return step;
        }
        return alarm && !OF_ANYBODY_UNDER_ALARM.contains(step.kind()) ? step.as(AuthGame.ROOT) : step;
    }

    private Step choose() {
        Step urgent = next.poll();
        if (urgent != null) {
            return urgent;
        }
        if (!soon.isEmpty() && random.nextInt(3) == 0) {
            return soon.remove();
        }
        int kind = random.nextInt(1000);
        if (kind < 560) {
            return dataStep();
        }
        if (kind < 840) {
            String caller = random.nextInt(4) == 0 ? caller() : AuthGame.ROOT;
            return change(users.any(caller.equals(AuthGame.ROOT)), caller);
        }
        if (kind < 920) {
            return Step.of(StepKind.AUTHENTICATE, users.login());
        }
        if (kind < 935) {
            return openForAWhile();
        }
        if (kind < 970) {
            return recipe().as(caller());
        }
        return cluster().as(random.nextInt(3) == 0 ? AuthGame.ROOT : caller());
    }

    /** Something of an open cluster's sequences, as somebody. */
    private Step dataStep() {
        Step any = data.next();
        Step step = any.with(InvertedRanges.upright(any.request()));
        return switch (step.kind()) {
            case ALARM -> alarm(step);
            case COMPACT, HASH, HASH_KV, HASH_ALL, DEFRAGMENT ->
                step.as(random.nextBoolean() ? AuthGame.ROOT : caller());
            default -> step.as(caller());
        };
    }

    /** Whoever raises an alarm, root lowers it. */
    private Step alarm(Step step) {
        if (((AlarmRequest) step.request()).getAction() != AlarmAction.DEACTIVATE) {
            return step.as(random.nextBoolean() ? AuthGame.ROOT : caller());
        }
        next.add(step.as(AuthGame.ROOT));
        return Step.of(StepKind.AUTHENTICATE, users.login(AuthGame.ROOT));
    }

    private Step change(UserRequests.Change change, String caller) {
        change.afterwards().forEach(soon::add);
        if (change.endsTokensOfRoot() && caller.equals(AuthGame.ROOT)) {
            next.add(Step.of(StepKind.AUTHENTICATE, users.login(AuthGame.ROOT)));
        }
        return change.step().as(caller);
    }

    /** Switches the asking off, does what is only possible then, and switches it on again. */
    private Step openForAWhile() {
        next.add(Step.of(StepKind.AUTH_DISABLE, AuthDisableRequest.getDefaultInstance())
                .as(AuthGame.ROOT));
        if (random.nextInt(3) == 0) {
            users.withoutRoot().forEach(next::add);
            next.add(Step.of(StepKind.AUTH_ENABLE, AuthEnableRequest.getDefaultInstance()));
        }
        for (int i = random.nextInt(8); i > 0; i--) {
            next.add(dataStep());
        }
        users.withRoot().forEach(next::add);
        lock();
        return Step.of(StepKind.AUTHENTICATE, users.login(AuthGame.ROOT));
    }

    private void lock() {
        next.add(Step.of(StepKind.AUTH_ENABLE, AuthEnableRequest.getDefaultInstance())
                .as(caller()));
        for (String user : UserRequests.USERS) {
            if (user.equals(AuthGame.ROOT) || random.nextInt(4) != 0) {
                next.add(Step.of(StepKind.AUTHENTICATE, users.login(user)));
            }
        }
    }

    private void begin() {
        for (int i = 0; i < 8; i++) {
            next.add(Step.of(StepKind.PUT, kv.put()));
        }
        users.withRoot().forEach(next::add);
        users.everybody().forEach(next::add);
        next.add(Step.of(StepKind.AUTHENTICATE, users.login(AuthGame.ROOT)));
        lock();
        tour();
    }

    /** Every call as a user, as nobody and with a token that is none, and then as root. */
    private void tour() {
        List<Step> strangers = new ArrayList<>();
        List<Step> roots = new ArrayList<>();
        List<Step> all = new ArrayList<>(users.oneOfEach());
        all.addAll(List.of(
                Step.of(StepKind.PUT, kv.put()),
                Step.of(StepKind.RANGE, kv.range()),
                Step.of(StepKind.DELETE, kv.delete()),
                Step.of(StepKind.TXN, kv.txn()),
                Step.of(StepKind.COMPACT, kv.compact())));
        all.addAll(data.oneOfEach());
        for (int i = 0; i < CLUSTER_CALLS; i++) {
            all.add(cluster(i));
        }
        for (int i = 0; i < RECIPE_CALLS; i++) {
            all.add(recipe(i));
        }
        for (Step one : all) {
            boolean grant = one.kind() == StepKind.ROLE_GRANT_PERMISSION;
            Step step = grant ? one : one.with(InvertedRanges.upright(one.request()));
            strangers.add(step.as(""));
            strangers.add(step.as(Callers.LITERAL + GARBAGE.getFirst()));
            strangers.add(step.as(UserRequests.PLAIN_USER));
            if (step.kind() != StepKind.AUTH_DISABLE) {
                roots.add(step.as(AuthGame.ROOT));
            }
        }
        Collections.shuffle(strangers, random);
        next.addAll(strangers);
        next.addAll(roots);
        next.add(Step.of(StepKind.AUTHENTICATE, users.login(AuthGame.ROOT)));
        users.withRoot().forEach(step -> next.add(step.as(AuthGame.ROOT)));
        lock();
    }

    private String caller() {
        int kind = random.nextInt(100);
        if (kind < 20) {
            return AuthGame.ROOT;
        }
        if (kind < 27) {
            return "";
        }
        if (kind < 31) {
            return Callers.LITERAL + GARBAGE.get(random.nextInt(GARBAGE.size()));
        }
        String user = UserRequests.USERS.get(random.nextInt(UserRequests.USERS.size()));
        return user + (kind < 37 ? Callers.EARLIER : kind < 43 ? Callers.OTHER_HEADER : "");
    }

    private static final int RECIPE_CALLS = 6;

    private Step recipe() {
        return recipe(random.nextInt(RECIPE_CALLS));
    }

    private Step recipe(int which) {
        ByteString name = contest();
        return switch (which) {
            case 0 ->
                Step.of(
                        StepKind.LOCK_AND_UNLOCK,
                        LockRequest.newBuilder()
                                .setName(name)
                                .setLease(words.anyLease())
                                .build());
            case 1 ->
                Step.of(
                        StepKind.CAMPAIGN_AND_RESIGN,
                        CampaignRequest.newBuilder()
                                .setName(name)
                                .setLease(words.anyLease())
                                .setValue(words.value())
                                .build());
            case 2 ->
                Step.of(StepKind.UNLOCK, UnlockRequest.newBuilder().setKey(name).build());
            case 3 ->
                Step.of(
                        StepKind.LEADER,
                        LeaderRequest.newBuilder().setName(name).build());
            case 4 ->
                Step.of(
                        StepKind.PROCLAIM,
                        ProclaimRequest.newBuilder()
                                .setLeader(leader(name))
                                .setValue(words.value())
                                .build());
            default ->
                Step.of(
                        StepKind.RESIGN,
                        ResignRequest.newBuilder().setLeader(leader(name)).build());
        };
    }

    /** A name that no other keys are below, or who takes part would wait behind them. */
    private ByteString contest() {
        ByteString key = words.key();
        return key.equals(ByteString.copyFromUtf8("a")) ? ByteString.copyFromUtf8("a/b") : key;
    }

    private LeaderKey leader(ByteString name) {
        return LeaderKey.newBuilder()
                .setName(name)
                .setKey(words.key())
                .setRev(SymbolicRevisions.current(-random.nextInt(5)))
                .setLease(words.lease())
                .build();
    }

    private static final int CLUSTER_CALLS = 6;

    private Step cluster() {
        return cluster(random.nextInt(CLUSTER_CALLS));
    }

    /** Nothing that would change the members: only who may is of interest. */
    private Step cluster(int which) {
        return switch (which) {
            case 0 -> step(StepKind.MEMBER_ADD, MemberAddRequest.newBuilder().addPeerURLs("nowhere"));
            case 1 ->
                step(StepKind.MEMBER_REMOVE, MemberRemoveRequest.newBuilder().setID(UNKNOWN_MEMBER));
            case 2 ->
                step(
                        StepKind.MEMBER_UPDATE,
                        MemberUpdateRequest.newBuilder().setID(UNKNOWN_MEMBER).addPeerURLs("http://127.0.0.1:1"));
            case 3 ->
                step(StepKind.MEMBER_PROMOTE, MemberPromoteRequest.newBuilder().setID(UNKNOWN_MEMBER));
            case 4 -> step(StepKind.DOWNGRADE, DowngradeRequest.newBuilder().setVersion("nonsense"));
            // Only one that leads looks at the rest of the request, and of several it is anybody's guess which one
            // does.
            default ->
                members > 1
                        ? step(
                                StepKind.MEMBER_PROMOTE,
                                MemberPromoteRequest.newBuilder().setID(UNKNOWN_MEMBER))
                        : step(
                                StepKind.MOVE_LEADER,
                                MoveLeaderRequest.newBuilder().setTargetID(UNKNOWN_MEMBER));
        };
    }

    private static Step step(StepKind kind, Message.Builder request) {
        return Step.of(kind, request.build());
    }
}
