package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmRequest.AlarmAction;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.WatchCancelRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest.FilterType;
import dev.mainstay.etcd.proto.WatchProgressRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * An endless sequence of steps; the same one for the same seed, whatever the number of members it is spread over. Not safe
 * for several threads.
 */
public final class StepGenerator {
    private static final int STREAMS = 3;
    private static final long LONG_TTL = 100_000;
    private static final long UNKNOWN_MEMBER = 4711;

    private final int members;
    private final Random random;
    /** Chooses members, so that the steps don't depend on how many there are. */
    private final Random spread;

    private final Vocabulary words;
    private final KvRequests kv;
    private final Deque<Step> planned = new ArrayDeque<>();

    /** Starts the sequence of this seed for so many members. */
    public StepGenerator(long seed, int members) {
        this.members = members;
        random = new Random(seed);
        spread = new Random(~seed);
        words = new Vocabulary(random);
        kv = new KvRequests(random, words);
    }

    /** The next step. */
    public Step next() {
        Step planning = planned.poll();
        Step next = planning != null ? planning : choose();
        return next.stream() == 0 ? next.at(spread.nextInt(members)) : next;
    }

    /** A step for each call about leases, alarms and the member itself, none of which changes much. */
    List<Step> oneOfEach() {
        long lease = words.lease();
        return List.of(
                Step.of(
                        StepKind.GRANT,
                        LeaseGrantRequest.newBuilder()
                                .setTTL(LONG_TTL)
                                .setID(lease)
                                .build()),
                Step.of(
                        StepKind.REVOKE,
                        LeaseRevokeRequest.newBuilder().setID(words.anyLease()).build()),
                Step.of(
                        StepKind.TIME_TO_LIVE,
                        LeaseTimeToLiveRequest.newBuilder()
                                .setID(lease)
                                .setKeys(true)
                                .build()),
                Step.of(StepKind.LEASES, LeaseLeasesRequest.getDefaultInstance()),
                Step.of(
                        StepKind.KEEP_ALIVE,
                        LeaseKeepAliveRequest.newBuilder().setID(lease).build()),
                Step.of(StepKind.STATUS, StatusRequest.getDefaultInstance()),
                Step.of(StepKind.HASH, HashRequest.getDefaultInstance()),
                Step.of(StepKind.HASH_KV, HashKVRequest.getDefaultInstance()),
                Step.of(StepKind.MEMBER_LIST, MemberListRequest.getDefaultInstance()),
                Step.of(StepKind.DEFRAGMENT, DefragmentRequest.getDefaultInstance()),
                alarm(AlarmAction.GET, AlarmType.NONE, 0),
                alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE, 0));
    }

    private Step choose() {
        int kind = random.nextInt(1000);
        if (kind < 320) {
            return Step.of(StepKind.PUT, kv.put());
        }
        if (kind < 540) {
            return Step.of(StepKind.RANGE, kv.range());
        }
        if (kind < 620) {
            return Step.of(StepKind.DELETE, kv.delete());
        }
        if (kind < 840) {
            return Step.of(StepKind.TXN, kv.txn());
        }
        if (kind < 850) {
            planned.add(Step.of(StepKind.HASH_ALL, HashKVRequest.getDefaultInstance()));
            return Step.of(StepKind.COMPACT, kv.compact());
        }
        if (kind < 900) {
            return lease();
        }
        if (kind < 990) {
            return watch();
        }
        if (kind < 992) {
            return Step.of(StepKind.PUT, kv.tooLargePut());
        }
        return maintenance();
    }

    private Step lease() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                long ttl = random.nextInt(30) == 0 ? 9_000_000_001L : LONG_TTL + random.nextInt(10);
                yield Step.of(
                        StepKind.GRANT,
                        LeaseGrantRequest.newBuilder()
                                .setTTL(ttl)
                                .setID(words.lease())
                                .build());
            }
            case 3 -> {
                int ttl = random.nextInt(7) - 3;
                yield Step.of(
                        StepKind.GRANT_AND_REVOKE,
                        LeaseGrantRequest.newBuilder()
                                .setTTL(ttl)
                                .setID(random.nextBoolean() ? 1234 : 0)
                                .build());
            }
            case 4 ->
                Step.of(
                        StepKind.REVOKE,
                        LeaseRevokeRequest.newBuilder().setID(words.anyLease()).build());
            case 5, 6 ->
                Step.of(
                        StepKind.TIME_TO_LIVE,
                        LeaseTimeToLiveRequest.newBuilder()
                                .setID(words.anyLease())
                                .setKeys(random.nextBoolean())
                                .build());
            case 7 -> Step.of(StepKind.LEASES, LeaseLeasesRequest.getDefaultInstance());
            default ->
                Step.of(
                        StepKind.KEEP_ALIVE,
                        LeaseKeepAliveRequest.newBuilder()
                                .setID(words.anyLease())
                                .build());
        };
    }

    private Step watch() {
        int stream = 1 + random.nextInt(STREAMS);
        WatchRequest.Builder request = WatchRequest.newBuilder();
        switch (random.nextInt(20)) {
            case 0 -> {
                return Step.onStream(StepKind.WATCH_CLOSE, stream, request.build());
            }
            case 1 -> {
                return Step.of(StepKind.WATCH_SYNC, request.build());
            }
            case 2, 3, 4, 5, 6 -> request.setProgressRequest(WatchProgressRequest.getDefaultInstance());
            case 7, 8, 9, 10 ->
                request.setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(random.nextInt(9)));
            default -> request.setCreateRequest(watchCreate());
        }
        return Step.onStream(StepKind.WATCH, stream, request.build());
    }

    private WatchCreateRequest watchCreate() {
        WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder();
        create.setKey(random.nextInt(40) == 0 ? ByteString.EMPTY : words.key());
        create.setRangeEnd(words.rangeEnd(create.getKey()));
        create.setPrevKv(random.nextBoolean());
        create.setFragment(random.nextInt(3) == 0);
        create.setProgressNotify(random.nextInt(4) == 0);
        if (random.nextInt(3) != 0) {
            create.setStartRevision(words.watchRevision());
        }
        if (random.nextInt(5) == 0) {
            create.addFilters(random.nextBoolean() ? FilterType.NOPUT : FilterType.NODELETE);
        }
        if (random.nextInt(30) == 0) {
            create.addFilters(FilterType.NOPUT).addFilters(FilterType.NODELETE);
        }
        if (random.nextInt(8) == 0) {
            create.setWatchId(random.nextInt(12) - 2);
            if (create.getWatchId() == -1) {
                create.setWatchId(100);
            }
        }
        return create.build();
    }

    private Step maintenance() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> Step.of(StepKind.STATUS, StatusRequest.getDefaultInstance());
            case 3, 4 ->
                Step.of(
                        StepKind.MEMBER_LIST,
                        MemberListRequest.newBuilder()
                                .setLinearizable(random.nextBoolean())
                                .build());
            case 5 -> Step.of(StepKind.HASH, HashRequest.getDefaultInstance());
            case 6, 7 ->
                Step.of(
                        StepKind.HASH_KV,
                        HashKVRequest.newBuilder()
                                .setRevision(random.nextBoolean() ? 0 : words.revision())
                                .build());
            case 8 ->
                random.nextInt(10) == 0
                        ? Step.of(StepKind.DEFRAGMENT, DefragmentRequest.getDefaultInstance())
                        : alarm(AlarmAction.GET, AlarmType.NONE, anyMember());
            case 9 -> alarm(AlarmAction.GET, random.nextBoolean() ? AlarmType.NOSPACE : AlarmType.CORRUPT, anyMember());
            case 10 ->
                random.nextInt(4) == 0
                        ? alarm(AlarmAction.ACTIVATE, AlarmType.NONE, anyMember())
                        : alarm(
                                AlarmAction.DEACTIVATE,
                                random.nextBoolean() ? AlarmType.NONE : AlarmType.NOSPACE,
                                anyMember());
            default -> underAlarm();
        };
    }

    /** Raises an alarm, goes on for a few steps, and lowers it. */
    private Step underAlarm() {
        AlarmType type = random.nextInt(3) == 0 ? AlarmType.CORRUPT : AlarmType.NOSPACE;
        for (int i = 3 + random.nextInt(12); i > 0; i--) {
            Step step = choose();
            if (step.kind() != StepKind.ALARM && !nests(step)) {
                planned.add(step);
            }
        }
        planned.add(Step.of(StepKind.STATUS, StatusRequest.getDefaultInstance()));
        long member = anyMember();
        planned.add(alarm(AlarmAction.GET, AlarmType.NONE, member));
        planned.add(alarm(AlarmAction.DEACTIVATE, type, member));
        return alarm(AlarmAction.ACTIVATE, type, member);
    }

    /** The first member for the most part, nobody in particular, or one that doesn't exist. */
    private long anyMember() {
        int kind = random.nextInt(5);
        return kind == 0 ? 0 : kind == 1 ? UNKNOWN_MEMBER : SymbolicRevisions.self();
    }

    /** Whether the step is a transaction inside a transaction; what those cost is a known difference. */
    private static boolean nests(Step step) {
        return step.request() instanceof TxnRequest txn
                && Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
                        .anyMatch(RequestOp::hasRequestTxn);
    }

    private static Step alarm(AlarmAction action, AlarmType type, long member) {
        return Step.of(
                StepKind.ALARM,
                AlarmRequest.newBuilder()
                        .setAction(action)
                        .setMemberID(member)
                        .setAlarm(type)
                        .build());
    }
}
