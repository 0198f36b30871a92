package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.RevisionEvents;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One revision's events and, once somebody wanted them, their encoded forms. Encoding happens on the hub thread only. */
final class SharedRevision {

    /** What objects around keys and values cost, generously. */
    private static final long OVERHEAD_PER_EVENT = 320;

    private final long revision;
    private final List<Event> events;
    private final long bytes;
    private @Nullable Bytes @Nullable [] plain;
    private @Nullable Bytes @Nullable [] withPrevious;

    SharedRevision(RevisionEvents source) {
        this.revision = source.revision();
        this.events = source.events();
        long sum = 0;
        for (Event event : events) {
            sum += size(event.kv()) + size(event.previous());
        }
        this.bytes = sum;
    }

    private static long size(@Nullable KeyValue kv) {
        return kv == null ? 0 : kv.key().length() + kv.value().length();
    }

    long revision() {
        return revision;
    }

    List<Event> events() {
        return events;
    }

    /** Bytes of keys, values and previous values. */
    long bytes() {
        return bytes;
    }

    /** The most memory this can take once both forms are encoded. */
    long footprint() {
        return 3 * bytes + OVERHEAD_PER_EVENT * events.size();
    }

    Bytes encoded(int index, boolean previous, EventEncoder encoder) {
        Event event = events.get(index);
        boolean both = previous && event.previous() != null;
        @Nullable Bytes[] forms = both ? withPrevious : plain;
        if (forms == null) {
            forms = new @Nullable Bytes[events.size()];
            if (both) {
                withPrevious = forms;
            } else {
                plain = forms;
            }
        }
        Bytes form = forms[index];
        if (form == null) {
            form = encoder.encode(event, both);
            forms[index] = form;
        }
        return form;
    }
}
