package dev.mainstay.node.objectstore.stream;

import dev.mainstay.node.objectstore.ObjectStoreException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Deletes many objects with stores that take them one by one, some at once. Ends early on a failure. */
public final class Deletions {

    private static final int AT_ONCE = 8;

    private final Iterator<String> keys;
    private final Step step;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private Deletions(Collection<String> keys, Step step) {
        this.keys = List.copyOf(keys).iterator();
        this.step = step;
    }

    /** Deletes each and returns when none is under way any more. */
    public static void run(Collection<String> keys, Step step) throws IOException {
        Deletions deletions = new Deletions(keys, step);
        List<Thread> threads = IntStream.range(0, Math.min(AT_ONCE, keys.size()))
                .mapToObj(_ -> Thread.ofVirtual().name("delete").start(deletions::work))
                .toList();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                threads.forEach(Thread::interrupt);
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while deleting objects");
            }
        }
        Exception first = deletions.failure.get();
        if (first instanceof ObjectStoreException known) {
            throw known;
        }
        if (first != null) {
            throw new ObjectStoreException(ObjectStoreException.Kind.OTHER, "can't delete objects: " + first, first);
        }
    }

    private void work() {
        try {
            for (String key = next(); key != null && failure.get() == null; key = next()) {
                step.delete(key);
            }
        } catch (IOException | RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private synchronized @Nullable String next() {
        return keys.hasNext() ? keys.next() : null;
    }

    /** Deletes one; a missing one is no error. */
    public interface Step {
        void delete(String key) throws IOException;
    }
}
