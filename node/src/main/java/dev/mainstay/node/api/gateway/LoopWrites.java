package dev.mainstay.node.api.gateway;

import io.vertx.core.Context;
import io.vertx.core.streams.WriteStream;
import java.util.concurrent.atomic.AtomicLong;

/** Hands writes of any thread to the event loop of a connection, in order, and knows how much waits. */
final class LoopWrites {

    private static final int ROOM_BYTES = 64 << 10;

    private final Context loop;
    private final WriteStream<?> target;
    private final Runnable onRoom;
    private final AtomicLong queued = new AtomicLong();
    private volatile boolean full;
    private volatile boolean toldFull;

    /**
     * To be made on the event loop.
     *
     * @param onRoom told, on the event loop, when there is room again after {@link #hasRoom} said there was none
     */
    LoopWrites(Context loop, WriteStream<?> target, Runnable onRoom) {
        this.loop = loop;
        this.target = target;
        this.onRoom = onRoom;
        target.drainHandler(_ -> update());
    }

    /** Runs a write of so many bytes on the event loop. */
    void write(int bytes, Runnable write) {
        queued.addAndGet(bytes);
        loop.runOnContext(_ -> {
            queued.addAndGet(-bytes);
            write.run();
            update();
        });
    }

    /** Whether more may be written without growing what waits. */
    boolean hasRoom() {
        if (room()) {
            return true;
        }
        toldFull = true;
        return room();
    }

    private void update() {
        full = target.writeQueueFull();
        if (toldFull && room()) {
            toldFull = false;
            onRoom.run();
        }
    }

    private boolean room() {
        return !full && queued.get() < ROOM_BYTES;
    }
}
