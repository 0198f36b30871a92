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
 * <pre>
 * alarm  type (1 byte) ∥ member id (8 bytes, big endian) → format
 * </pre>
 */
public final class Alarms {

    /** One row per raised alarm. */
    public static final Table TABLE = new Table("alarm");

    private static final byte FORMAT = 1;
    private static final Comparator<Alarm> BY_TYPE_AND_MEMBER =
            Comparator.comparing(Alarm::type).thenComparing(Alarm::memberId, Long::compareUnsigned);

    private volatile List<Alarm> raised;

    private Alarms(List<Alarm> raised) {
        this.raised = List.copyOf(raised);
    }

    /** Reads the alarms of a store. */
    public static Alarms open(StoreView store) {
        List<Alarm> raised = new ArrayList<>();
        try (Cursor cursor = store.cursor(TABLE, null, null)) {
            cursor.seek(new byte[0]);
            while (cursor.isValid()) {
                raised.add(decode(cursor.key(), cursor.value()));
                cursor.next();
            }
        }
        return new Alarms(raised);
    }

    /** Every raised alarm, by type and member. */
    public List<Alarm> raised() {
        return raised;
    }

    /** Whether any member has raised this kind of alarm. */
    public boolean isRaised(Alarm.Type type) {
        for (Alarm alarm : raised) {
            if (alarm.type() == type) {
                return true;
            }
        }
        return false;
    }

    /** Raises or clears an alarm and says whether that changed anything. */
    public boolean set(WriteSet changes, Alarm alarm, boolean active) {
        if (raised.contains(alarm) == active) {
            return false;
        }
        List<Alarm> next = new ArrayList<>(raised);
        if (active) {
            next.add(alarm);
            next.sort(BY_TYPE_AND_MEMBER);
            changes.put(TABLE, key(alarm), new byte[] {FORMAT});
        } else {
            next.remove(alarm);
            changes.delete(TABLE, key(alarm));
        }
        raised = List.copyOf(next);
        return true;
    }

    private static byte[] key(Alarm alarm) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(code(alarm.type()))
                .putLong(alarm.memberId())
                .array();
    }

    private static Alarm decode(byte[] key, byte[] value) {
        Invariant.check(
                key.length == 1 + Long.BYTES && value.length == 1 && value[0] == FORMAT, "unknown alarm record");
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
