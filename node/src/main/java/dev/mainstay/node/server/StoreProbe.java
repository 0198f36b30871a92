package dev.mainstay.node.server;

import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Finds out whether a place takes backups and gives them back: does once, to an object of its own, all that backups do there. */
final class StoreProbe {

    private static final String FOLDER = "probes/";

    private final ObjectStore store;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;

    StoreProbe(ObjectStore store, RandomGenerator random, LongSupplier nanoTime) {
        this.store = store;
        this.random = random;
        this.nanoTime = nanoTime;
    }

    /**
     * Writes, finds, lists, reads and deletes.
     *
     * @return how long it took, in milliseconds
     * @throws IOException with what doesn't work
     */
    long run() throws IOException {
        long start = nanoTime.getAsLong();
        String key = FOLDER + Long.toHexString(random.nextLong());
        byte[] content = ("mainstay backup probe " + key).getBytes(StandardCharsets.UTF_8);
        store.write(key, content);
        try {
            check(key, content);
        } finally {
            store.delete(List.of(key));
        }
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start);
    }

    private void check(String key, byte[] content) throws IOException {
        List<String> listed = new ArrayList<>();
        store.list(key, object -> listed.add(object.key()));
        if (store.find(key).isEmpty() || !listed.contains(key)) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.OTHER, store.place() + " doesn't list an object that was just written");
        }
        try (InputStream in = store.read(key)) {
            if (!Arrays.equals(in.readAllBytes(), content)) {
                throw new ObjectStoreException(
                        ObjectStoreException.Kind.DAMAGED, store.place() + " gives back other bytes than were written");
            }
        }
    }
}
