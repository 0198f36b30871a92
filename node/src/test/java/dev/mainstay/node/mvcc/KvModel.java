package dev.mainstay.node.mvcc;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.command.RangeQuery.SortOrder;
import dev.mainstay.node.command.RangeQuery.SortTarget;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.RevisionEvents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What etcd's contract says about keys, in the plainest form: a list of everything that ever happened. */
final class KvModel {

    private final List<Happening> happenings;
    long revision;
    long compactRevision;

    /** One change; {@code now} is {@code null} for a deletion. */
    private record Happening(long main, Bytes key, @Nullable KeyValue now) {}

    KvModel() {
        happenings = new ArrayList<>();
        revision = 1;
        compactRevision = -1;
    }

    KvModel(KvModel other) {
        happenings = new ArrayList<>(other.happenings);
        revision = other.revision;
        compactRevision = other.compactRevision;
    }

    @Nullable
    KeyValue put(Bytes key, Bytes value, long lease, boolean first) {
        KeyValue old = at(revision).get(key);
        revision += first ? 1 : 0;
        KeyValue now = new KeyValue(
                key,
                old == null ? revision : old.createRevision(),
                revision,
                old == null ? 1 : old.version() + 1,
                value,
                lease);
        happenings.add(new Happening(revision, key, now));
        return old;
    }

    List<KeyValue> delete(KeyRange range, boolean first) {
        List<KeyValue> gone = inRange(range, revision);
        if (!gone.isEmpty()) {
            revision += first ? 1 : 0;
        }
        gone.forEach(kv -> happenings.add(new Happening(revision, kv.key(), null)));
        return gone;
    }

    @Nullable
    ErrorCode compact(long to) {
        if (to <= compactRevision) {
            return ErrorCode.COMPACTED;
        }
        if (to > revision) {
            return ErrorCode.FUTURE_REVISION;
        }
        compactRevision = to;
        return null;
    }

    Outcome range(RangeQuery query) {
        long at = query.revision() <= 0 ? revision : query.revision();
        if (at > revision) {
            return new Outcome.Refused(ErrorCode.FUTURE_REVISION);
        }
        if (at < compactRevision) {
            return new Outcome.Refused(ErrorCode.COMPACTED);
        }
        List<KeyValue> kvs = inRange(query.range(), at);
        long count = kvs.size();
        if (query.countOnly()) {
            return new Outcome.Ranged(revision, List.of(), false, count);
        }
        long limit = query.limit() > 0 ? query.limit() : Long.MAX_VALUE;
        if (query.order() == SortOrder.NONE && !query.hasRevisionFilter() && kvs.size() > limit) {
            kvs = kvs.subList(0, (int) limit + 1);
        }
        kvs = kvs.stream()
                .filter(kv -> within(kv.modRevision(), query.minModRevision(), query.maxModRevision()))
                .filter(kv -> within(kv.createRevision(), query.minCreateRevision(), query.maxCreateRevision()))
                .sorted(order(query.target(), query.order()))
                .toList();
        boolean more = kvs.size() > limit;
        kvs = kvs.stream()
                .limit(limit)
                .map(kv -> query.keysOnly()
                        ? new KeyValue(
                                kv.key(), kv.createRevision(), kv.modRevision(), kv.version(), Bytes.EMPTY, kv.lease())
                        : kv)
                .toList();
        return new Outcome.Ranged(revision, kvs, more, count);
    }

    private static boolean within(long number, long min, long max) {
        return (min == 0 || number >= min) && (max == 0 || number <= max);
    }

    private static Comparator<KeyValue> order(SortTarget target, SortOrder order) {
        Comparator<KeyValue> by = switch (target) {
            case KEY -> Comparator.comparing(KeyValue::key);
            case VERSION -> Comparator.comparingLong(KeyValue::version);
            case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
            case MOD -> Comparator.comparingLong(KeyValue::modRevision);
            case VALUE -> Comparator.comparing(KeyValue::value);
        };
        return (order == SortOrder.DESCEND ? by.reversed() : by).thenComparing(KeyValue::key);
    }

    /** Events from a readable revision on; of the compact revision only the last of each key, without previous. */
    List<RevisionEvents> history(long from) {
        TreeMap<Long, List<Event>> byRevision = new TreeMap<>();
        for (int i = 0; i < happenings.size(); i++) {
            Happening happening = happenings.get(i);
            if (happening.main < from || (happening.main == compactRevision && isSuperseded(i))) {
                continue;
            }
            KeyValue before =
                    happening.main > compactRevision ? at(happening.main - 1).get(happening.key) : null;
            KeyValue now = happening.now;
            byRevision
                    .computeIfAbsent(happening.main, any -> new ArrayList<>())
                    .add(
                            now == null
                                    ? Event.delete(happening.key, happening.main, before)
                                    : new Event(
                                            Event.Type.PUT,
                                            now,
                                            now.createRevision() == happening.main ? null : before));
        }
        List<RevisionEvents> all = new ArrayList<>();
        byRevision.forEach((main, events) -> all.add(new RevisionEvents(main, events)));
        return all;
    }

    /** How many versions a store holds that has removed all it may. */
    int versionsKept() {
        int kept = 0;
        for (int i = 0; i < happenings.size(); i++) {
            Happening happening = happenings.get(i);
            boolean old = happening.main <= compactRevision;
            boolean deadTombstone = happening.now == null && happening.main < compactRevision;
            kept += old && (deadTombstone || isSupersededUpTo(i, compactRevision)) ? 0 : 1;
        }
        return kept;
    }

    private boolean isSuperseded(int index) {
        return isSupersededUpTo(index, happenings.get(index).main);
    }

    private boolean isSupersededUpTo(int index, long main) {
        Bytes key = happenings.get(index).key;
        return happenings.stream().skip(index + 1L).anyMatch(later -> later.main <= main && later.key.equals(key));
    }

    private List<KeyValue> inRange(KeyRange range, long at) {
        return at(at).values().stream().filter(kv -> range.contains(kv.key())).toList();
    }

    private Map<Bytes, KeyValue> at(long main) {
        TreeMap<Bytes, KeyValue> state = new TreeMap<>();
        for (Happening happening : happenings) {
            if (happening.main > main) {
                break;
            }
            if (happening.now == null) {
                state.remove(happening.key);
            } else {
                state.put(happening.key, happening.now);
            }
        }
        return state;
    }
}
