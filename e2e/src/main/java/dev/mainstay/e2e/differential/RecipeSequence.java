package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmRequest.AlarmAction;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.LeaderKey;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.ProclaimRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.UnlockRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Sequences of a few sessions that contend for few locks and offices, each with a lease of its own that it sometimes shares.
 * What depends on who holds is written with {@link RecipePlayer#HOLDER}. Not safe for several threads.
 */
final class RecipeSequence {
    private static final int SESSIONS = 6;
    private static final long FIRST_LEASE = 0x100;
    private static final long SHORT_LEASE = 0x99;
    private static final long SHORT_TTL_SECONDS = 4;
    private static final long TTL_SECONDS = 100_000;
    /** One name is within the prefix of another's contenders. */
    private static final List<String> NAMES = List.of("l", "l", "e", "l/x");

    private final Random random;
    private final Random spread;
    private final int members;
    private final Deque<Step> planned = new ArrayDeque<>();

    RecipeSequence(long seed, int members) {
        random = new Random(seed);
        spread = new Random(~seed);
        this.members = members;
        for (int session = 1; session <= SESSIONS; session++) {
            planned.add(grant(FIRST_LEASE + session, TTL_SECONDS));
        }
        begin();
    }

    /** One of each, so that no sequence is too short to meet them. */
    private void begin() {
        planned.add(Step.onStream(
                StepKind.OBSERVE,
                1,
                LeaderRequest.newBuilder().setName(bytes("e")).build()));
        planned.add(Step.onStream(StepKind.LOCK, 1, lock("l", FIRST_LEASE + 1).build()));
        planned.add(Step.onStream(StepKind.LOCK, 2, lock("l", FIRST_LEASE + 2).build()));
        planned.add(Step.onStream(
                StepKind.CAMPAIGN, 3, campaign("e", FIRST_LEASE + 3).build()));
        planned.add(Step.onStream(StepKind.CANCEL, 2, LockRequest.getDefaultInstance()));
        planned.add(step(StepKind.LEADER, LeaderRequest.newBuilder().setName(bytes("e"))));
        planned.add(step(
                StepKind.PROCLAIM,
                ProclaimRequest.newBuilder().setLeader(leader(FIRST_LEASE + 3)).setValue(value())));
        planned.addAll(expiry());
        planned.add(step(StepKind.RESIGN, ResignRequest.newBuilder().setLeader(leader(FIRST_LEASE + 3))));
        planned.add(step(StepKind.UNLOCK, UnlockRequest.newBuilder().setKey(bytes("l" + RecipePlayer.HOLDER))));
    }

    Step next() {
        Step planning = planned.poll();
        return (planning != null ? planning : choose()).at(spread.nextInt(members));
    }

    private Step choose() {
        int kind = random.nextInt(200);
        if (kind < 36) {
            return session(StepKind.LOCK, lock(name(), lease()));
        }
        if (kind < 66) {
            return session(StepKind.CAMPAIGN, campaign(name(), lease()));
        }
        if (kind < 100) {
            return step(StepKind.UNLOCK, UnlockRequest.newBuilder().setKey(key(name())));
        }
        if (kind < 116) {
            return step(
                    StepKind.PROCLAIM,
                    ProclaimRequest.newBuilder().setLeader(leader(lease())).setValue(value()));
        }
        if (kind < 132) {
            return step(
                    StepKind.RESIGN,
                    ResignRequest.newBuilder().setLeader(leader(random.nextInt(3) == 0 ? 0 : lease())));
        }
        if (kind < 142) {
            return step(StepKind.LEADER, LeaderRequest.newBuilder().setName(bytes(name())));
        }
        if (kind < 152) {
            return session(StepKind.OBSERVE, LeaderRequest.newBuilder().setName(bytes(name())));
        }
        if (kind < 162) {
            return session(StepKind.CANCEL, LockRequest.newBuilder());
        }
        if (kind < 174) {
            long lease = FIRST_LEASE + 1 + random.nextInt(SESSIONS);
            planned.add(grant(lease, TTL_SECONDS));
            return step(StepKind.REVOKE, LeaseRevokeRequest.newBuilder().setID(lease));
        }
        if (kind < 178) {
            return grant(lease(), TTL_SECONDS);
        }
        if (kind < 188) {
            return store();
        }
        if (kind < 190) {
            return underAlarm();
        }
        if (kind < 192) {
            planned.addAll(expiry());
            return planned.remove();
        }
        return random.nextBoolean()
                ? step(StepKind.LOCK_AND_UNLOCK, lock("own" + random.nextInt(3), 0))
                : step(StepKind.CAMPAIGN_AND_RESIGN, campaign("own" + random.nextInt(3), 0));
    }

    /** Keys of contenders, as anybody can see and change them. */
    private Step store() {
        String name = name();
        return switch (random.nextInt(4)) {
            case 0 ->
                step(
                        StepKind.PUT,
                        PutRequest.newBuilder()
                                .setKey(bytes(name + "/stranger"))
                                .setValue(value()));
            case 1 -> step(StepKind.DELETE, DeleteRangeRequest.newBuilder().setKey(bytes(name + "/stranger")));
            default ->
                step(
                        StepKind.RANGE,
                        RangeRequest.newBuilder().setKey(bytes(name + "/")).setRangeEnd(bytes(name + "0")));
        };
    }

    /** Nobody waits that couldn't take his key along: while the alarm is on, nothing is cancelled. */
    private Step underAlarm() {
        AlarmType type = random.nextBoolean() ? AlarmType.NOSPACE : AlarmType.CORRUPT;
        for (int i = 2 + random.nextInt(6); i > 0; i--) {
            Step step = choose();
            planned.removeIf(other -> other.kind() != StepKind.GRANT);
            boolean plain = step.kind() != StepKind.CANCEL
                    && step.kind() != StepKind.ALARM
                    && step.kind() != StepKind.GRANT
                    && step.kind() != StepKind.REVOKE;
            if (plain) {
                planned.add(step);
            }
        }
        planned.removeIf(other -> other.kind() == StepKind.GRANT);
        planned.add(alarm(AlarmAction.DEACTIVATE, type));
        return alarm(AlarmAction.ACTIVATE, type);
    }

    private static Step alarm(AlarmAction action, AlarmType type) {
        return step(
                StepKind.ALARM,
                AlarmRequest.newBuilder().setAction(action).setAlarm(type).setMemberID(SymbolicRevisions.self()));
    }

    /** A lease that ends while its session holds, or waits. */
    private List<Step> expiry() {
        Step contends = random.nextBoolean()
                ? session(StepKind.LOCK, lock(name(), SHORT_LEASE))
                : session(StepKind.CAMPAIGN, campaign(name(), SHORT_LEASE));
        return List.of(
                grant(SHORT_LEASE, SHORT_TTL_SECONDS),
                contends,
                step(StepKind.EXPIRE, LeaseTimeToLiveRequest.newBuilder().setID(SHORT_LEASE)));
    }

    private static Step grant(long lease, long ttlSeconds) {
        return step(StepKind.GRANT, LeaseGrantRequest.newBuilder().setID(lease).setTTL(ttlSeconds));
    }

    private static LockRequest.Builder lock(String name, long lease) {
        return LockRequest.newBuilder().setName(bytes(name)).setLease(lease);
    }

    private CampaignRequest.Builder campaign(String name, long lease) {
        return CampaignRequest.newBuilder().setName(bytes(name)).setLease(lease).setValue(value());
    }

    /** Mostly the leader's own; also with a wrong revision or key, or nothing. Without a lease a server makes one of its own. */
    private LeaderKey leader(long lease) {
        int kind = random.nextInt(12);
        if (kind == 0) {
            return LeaderKey.getDefaultInstance();
        }
        String name = name();
        return LeaderKey.newBuilder()
                .setName(bytes(name))
                .setKey(kind < 9 ? bytes(name + RecipePlayer.HOLDER) : key(name))
                .setRev(kind < 3 ? random.nextInt(3) - 1 : 0)
                .setLease(lease)
                .build();
    }

    /** A contender's key, for the most part of the one that holds. */
    private ByteString key(String name) {
        return switch (random.nextInt(12)) {
            case 0 -> ByteString.EMPTY;
            case 1 -> bytes(name);
            case 2, 3, 4 -> bytes(name + "/" + Long.toHexString(lease()));
            default -> bytes(name + RecipePlayer.HOLDER);
        };
    }

    /** A session's own, rarely another's or none. */
    private long lease() {
        return random.nextInt(40) == 0 ? 4711 : FIRST_LEASE + 1 + random.nextInt(SESSIONS);
    }

    private String name() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private ByteString value() {
        return bytes(random.nextInt(6) == 0 ? "" : "v" + random.nextInt(4));
    }

    private Step session(StepKind kind, Message.Builder request) {
        return Step.onStream(kind, 1 + random.nextInt(SESSIONS), request.build());
    }

    private static Step step(StepKind kind, Message.Builder request) {
        return Step.of(kind, request.build());
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
