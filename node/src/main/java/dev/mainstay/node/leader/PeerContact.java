package dev.mainstay.node.leader;

import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.membership.Members;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Which members the leader is in touch with, and for how long. A member that was silent during this leadership counts as
 * healthy again once it has been heard from for five seconds, etcd's health interval. Guarded by its owner.
 */
final class PeerContact {

    private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final GroupControl control;
    private final long self;
    private final long silenceMillis;
    private final LongSupplier nanoClock;
    private final Map<Long, Long> lastSilentNanos = new HashMap<>();

    /** @param silenceMillis how long a member may be silent and still counts as connected */
    PeerContact(GroupControl control, long self, long silenceMillis, LongSupplier nanoClock) {
        this.control = control;
        this.self = self;
        this.silenceMillis = silenceMillis;
        this.nanoClock = nanoClock;
    }

    /** Notes who is silent now; to be called again and again. */
    void look(Members members) {
        lastSilentNanos.keySet().removeIf(id -> members.find(id).isEmpty());
        members.members().stream()
                .filter(member -> !isInTouch(member.id()))
                .forEach(member -> lastSilentNanos.put(member.id(), nanoClock.getAsLong()));
    }

    /** How long a member may be silent and still counts as connected. */
    long silenceMillis() {
        return silenceMillis;
    }

    boolean isInTouch(long id) {
        return id == self || control.silentMillis(id).orElse(Long.MAX_VALUE) <= silenceMillis;
    }

    boolean isSteady(long id) {
        if (id == self) {
            return true;
        }
        Long silent = lastSilentNanos.get(id);
        return isInTouch(id) && (silent == null || nanoClock.getAsLong() - silent >= STEADY_NANOS);
    }
}
