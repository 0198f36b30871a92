package dev.mainstay.node.objectstore.stream;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An upload in parts, of which {@value #UNDER_WAY} are on their way, each on a virtual thread, while the next one fills: three parts
 * are in memory. Who writes faster than the store takes waits.
 */
public final class PartedUpload extends ObjectUpload {

    private static final int UNDER_WAY = 2;

    private enum State {
        OPEN,
        COMMITTED,
        GIVEN_UP
    }

    private final String name;
    private final PartSink sink;
    private final Semaphore places = new Semaphore(UNDER_WAY);
    private final Set<Thread> senders = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private PartBuffer filling = new PartBuffer(PartSizes.of(1));
    private int sent;
    private boolean begun;
    private State state = State.OPEN;

    /** To this sink; the name is for messages. */
    public PartedUpload(String name, PartSink sink) {
        this.name = name;
        this.sink = sink;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        checkOpen();
        int done = 0;
        while (done < length) {
            if (filling.isFull()) {
                send();
            }
            done += filling.take(bytes, offset + done, length - done);
        }
    }

    @Override
    public void commit() throws IOException {
        checkOpen();
        if (!begun) {
            sink.whole(filling);
        } else {
            send();
            awaitSenders();
            checkFailure();
            sink.complete(sent);
        }
        state = State.COMMITTED;
    }

    @Override
    public void close() throws IOException {
        if (state != State.OPEN) {
            return;
        }
        state = State.GIVEN_UP;
        senders.forEach(Thread::interrupt);
        places.acquireUninterruptibly(UNDER_WAY);
        if (begun) {
            sink.abandon();
        }
    }

    private void send() throws IOException {
        if (sent == PartSizes.MAX_PARTS) {
            throw new ObjectStoreException(Kind.FULL, name + " is longer than an object can be");
        }
        if (!begun) {
            sink.begin();
            begun = true;
        }
        acquire(1);
        PartBuffer part = filling;
        int number = ++sent;
        filling = new PartBuffer(PartSizes.of(number + 1));
        Thread sender =
                Thread.ofVirtual().name("part " + number + " of " + name).unstarted(() -> send(number, part));
        senders.add(sender);
        sender.start();
        checkFailure();
    }

    private void send(int number, PartBuffer part) {
        try {
            if (failure.get() == null) {
                sink.part(number, part);
            }
        } catch (IOException | RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        } finally {
            senders.remove(Thread.currentThread());
            places.release();
        }
    }

    private void awaitSenders() throws IOException {
        acquire(UNDER_WAY);
        places.release(UNDER_WAY);
    }

    private void acquire(int count) throws IOException {
        try {
            places.acquire(count);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing " + name);
        }
    }

    private void checkFailure() throws IOException {
        Throwable first = failure.get();
        if (first instanceof ObjectStoreException known) {
            throw new ObjectStoreException(known.kind(), String.valueOf(known.getMessage()), known);
        }
        if (first != null) {
            throw new ObjectStoreException(Kind.OTHER, "can't write " + name + ": " + first, first);
        }
    }

    private void checkOpen() throws IOException {
        if (state != State.OPEN) {
            throw new ObjectStoreException(Kind.OTHER, name + " is written or given up already");
        }
        checkFailure();
    }
}
