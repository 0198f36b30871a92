package dev.mainstay.node.archive;

import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectUpload;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Objects in memory, behind a network that fails as often as is wanted: before something was done, or after. One thread. */
final class MapObjects implements ObjectStore {

    private final NavigableMap<String, String> objects = new TreeMap<>();
    private final Random random;
    private int failuresPerCent;

    MapObjects(Random random) {
        this.random = random;
    }

    void failing(int perCent) {
        failuresPerCent = perCent;
    }

    void damage(String key) {
        objects.put(key, "damaged");
    }

    private void perhapsFail() throws ObjectStoreException {
        if (random.nextInt(100) < failuresPerCent) {
            throw new ObjectStoreException(ObjectStoreException.Kind.UNREACHABLE, "the network is down");
        }
    }

    @Override
    public Optional<ObjectInfo> find(String key) throws ObjectStoreException {
        perhapsFail();
        return Optional.ofNullable(objects.get(key)).map(bytes -> info(key, bytes));
    }

    private static ObjectInfo info(String key, String bytes) {
        return new ObjectInfo(key, bytes.length(), Instant.EPOCH);
    }

    @Override
    public InputStream read(String key, long offset) throws ObjectStoreException {
        perhapsFail();
        String found = objects.get(key);
        if (found == null) {
            throw new ObjectStoreException(ObjectStoreException.Kind.MISSING, key);
        }
        byte[] bytes = found.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
    }

    @Override
    public ObjectUpload upload(String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean create(String key, byte[] content) throws ObjectStoreException {
        perhapsFail();
        boolean created =
                objects.putIfAbsent(key, new String(content, java.nio.charset.StandardCharsets.ISO_8859_1)) == null;
        perhapsFail();
        return created;
    }

    @Override
    public void write(String key, byte[] content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
        perhapsFail();
        objects.tailMap(prefix).forEach((key, bytes) -> {
            if (key.startsWith(prefix)) {
                each.accept(info(key, bytes));
            }
        });
    }

    @Override
    public void delete(Collection<String> keys) {
        keys.forEach(objects::remove);
    }

    @Override
    public void abandonUploads(String prefix, Duration olderThan) {}

    @Override
    public String place() {
        return "memory";
    }

    @Override
    public void close() {}
}
