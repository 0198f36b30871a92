package dev.mainstay.node.server.http;

import dev.mainstay.node.api.transport.ClientAddress;
import dev.mainstay.node.tls.RefusalLog;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Who was not let in or was cut off: counted by reason, and a few lines a minute of it logged. Any thread. */
public final class CutOffs {

    private final Map<CutOff, LongAdder> counts = new EnumMap<>(CutOff.class);
    private final RefusalLog log = new RefusalLog("client", System::nanoTime);

    public CutOffs() {
        for (CutOff reason : CutOff.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    /** Notes one: who, and why in words. */
    void note(CutOff reason, @Nullable SocketAddress who, String why) {
        counter(reason).increment();
        log.refused(ClientAddress.of(who), why);
    }

    /** How many there were. */
    public long count(CutOff reason) {
        return counter(reason).sum();
    }

    private LongAdder counter(CutOff reason) {
        LongAdder count = counts.get(reason);
        if (count == null) {
            throw new IllegalStateException("there is a counter for each reason");
        }
        return count;
    }
}
