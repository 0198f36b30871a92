package dev.mainstay.node.maintenance;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.WriteSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The raised alarms, as the cluster agreed on them. Changed by the apply thread only; read by any.
 *
 * <p>A CORRUPT alarm stands for the whole cluster, whose writes then stop, or is <em>contained</em>: then it only stops the
 * member it names from serving. Those that clients raise stand for the cluster, those that the comparison of members raises
 * are contained.
 *
 * <pre>
 * alarm  type (1 byte) ∥ member id (8 bytes, big endian) → 1, or 2 if it is contained
 * </pre>
 */
public final class Alarms {

    /** One row per raised alarm. */
    public static final Table TABLE = new Table("alarm");

    private static final byte FOR_ALL = 1;
    private static final byte CONTAINED = 2;
    private static final Comparator<Alarm> BY_TYPE_AND_MEMBER =
            Comparator.comparing(Alarm::type).thenComparing(Alarm::memberId, Long::compareUnsigned);

    private volatile Raised now;

    /**
     * @param all by type and member
     * @param contained those of {@code all} that are
     */
    private record Raised(List<Alarm> all, List<Alarm> contained) {

        Raised {
            all = List.copyOf(all);
            contained = List.copyOf(contained);
        }

        Raised with(Alarm alarm, boolean isContained) {
            Raised rest = without(alarm);
            List<Alarm> next = new ArrayList<>(rest.all);
            next.add(alarm);
            next.sort(BY_TYPE_AND_MEMBER);
            List<Alarm> nextContained = new ArrayList<>(rest.contained);
            if (isContained) {
                nextContained.add(alarm);
            }
            return new Raised(next, nextContained);
        }

        Raised without(Alarm alarm) {
            return new Raised(
                    all.stream().filter(other -> !other.equals(alarm)).toList(),
                    contained.stream().filter(other -> !other.equals(alarm)).toList());
        }
    }

    private Alarms(Raised raised) {
        now = raised;
    }

    /** Reads the alarms of a store. */
    public static Alarms open(StoreView store) {
        Raised raised = new Raised(List.of(), List.of());
        try (Cursor cursor = store.cursor(TABLE, null, null)) {
            cursor.seek(new byte[0]);
            while (cursor.isValid()) {
                byte[] value = cursor.value();
                Invariant.check(
                        value.length == 1 && (value[0] == FOR_ALL || value[0] == CONTAINED), "unknown alarm record");
                raised = raised.with(alarm(cursor.key()), value[0] == CONTAINED);
                cursor.next();
            }
        }
        return new Alarms(raised);
    }

    /** Every raised alarm, by type and member. */
    public List<Alarm> raised() {
        return now.all;
    }

    /** Whether any member has raised this kind of alarm. */
    public boolean isRaised(Alarm.Type type) {
        for (Alarm alarm : now.all) {
            if (alarm.type() == type) {
                return true;
            }
        }
        return false;
    }

    /** Whether a CORRUPT alarm stands for the whole cluster. */
    public boolean stopsWrites() {
        Raised raised = now;
        if (raised.all.isEmpty()) {
            return false;
        }
        for (Alarm alarm : raised.all) {
            if (alarm.type() == Alarm.Type.CORRUPT && !raised.contained.contains(alarm)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a contained CORRUPT alarm names this member: it must not serve. */
    public boolean isCorrupt(long memberId) {
        List<Alarm> contained = now.contained;
        return !contained.isEmpty() && contained.contains(new Alarm(memberId, Alarm.Type.CORRUPT));
    }

    /** Those raised alarms that concern a member: all but the contained ones of others. */
    public List<Alarm> concerning(long memberId) {
        Raised raised = now;
        return raised.all.stream()
                .filter(alarm -> alarm.memberId() == memberId || !raised.contained.contains(alarm))
                .toList();
    }

    /** Raises an alarm for all, or clears it, contained or not; says whether that changed anything. */
    public boolean set(WriteSet changes, Alarm alarm, boolean active) {
        Raised before = now;
        boolean forAll = before.all.contains(alarm) && !before.contained.contains(alarm);
        if (active ? forAll : !before.all.contains(alarm)) {
            return false;
        }
        if (active) {
            changes.put(TABLE, key(alarm), new byte[] {FOR_ALL});
            now = before.with(alarm, false);
        } else {
            changes.delete(TABLE, key(alarm));
            now = before.without(alarm);
        }
        return true;
    }

    /** Raises CORRUPT for one member alone, unless there is one; says whether that changed anything. */
    public boolean contain(WriteSet changes, long memberId) {
        Alarm alarm = new Alarm(memberId, Alarm.Type.CORRUPT);
        Raised before = now;
        if (before.all.contains(alarm)) {
            return false;
        }
        changes.put(TABLE, key(alarm), new byte[] {CONTAINED});
        now = before.with(alarm, true);
        return true;
    }

    private static byte[] key(Alarm alarm) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(code(alarm.type()))
                .putLong(alarm.memberId())
                .array();
    }

    private static Alarm alarm(byte[] key) {
        Invariant.check(key.length == 1 + Long.BYTES, "unknown alarm record");
        return new Alarm(ByteBuffer.wrap(key, 1, Long.BYTES).getLong(), type(key[0]));
    }

    private static byte code(Alarm.Type type) {
        return switch (type) {
            case NOSPACE -> 1;
            case CORRUPT -> 2;
        };
    }

    private static Alarm.Type type(byte code) {
        for (Alarm.Type type : Alarm.Type.values()) {
            if (code(type) == code) {
                return type;
            }
        }
        throw new IllegalStateException("unknown kind of alarm " + code);
    }
}
