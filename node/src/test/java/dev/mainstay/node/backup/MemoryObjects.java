package dev.mainstay.node.backup;

import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectUpload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Objects in memory, with a clock that goes on by itself a little with every call. Any thread. */
final class MemoryObjects implements ObjectStore, InstantSource {

    private static final Duration CALL = Duration.ofSeconds(3);

    private final NavigableMap<String, Stored> objects = new TreeMap<>();
    private Instant now = Instant.parse("2027-03-14T02:00:00Z");

    /** Bytes and when they came. */
    private record Stored(List<Byte> bytes, Instant modified) {

        static Stored of(byte[] bytes, Instant modified) {
            List<Byte> list = new ArrayList<>(bytes.length);
            for (byte b : bytes) {
                list.add(b);
            }
            return new Stored(list, modified);
        }

        byte[] array() {
            byte[] array = new byte[bytes.size()];
            for (int i = 0; i < array.length; i++) {
                array[i] = bytes.get(i);
            }
            return array;
        }
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    synchronized void pass(Duration time) {
        now = now.plus(time);
    }

    synchronized List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    synchronized byte[] bytes(String key) {
        return Objects.requireNonNull(objects.get(key)).array();
    }

    @Override
    public synchronized Optional<ObjectInfo> find(String key) {
        pass(CALL);
        Stored stored = objects.get(key);
        return stored == null ? Optional.empty() : Optional.of(info(key, stored));
    }

    @Override
    public synchronized InputStream read(String key, long offset) throws ObjectStoreException {
        pass(CALL);
        Stored stored = objects.get(key);
        if (stored == null) {
            throw new ObjectStoreException(ObjectStoreException.Kind.MISSING, key + " isn't there");
        }
        byte[] bytes = stored.array();
        return new ByteArrayInputStream(Arrays.copyOfRange(bytes, (int) offset, bytes.length));
    }

    @Override
    public ObjectUpload upload(String key) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new ObjectUpload() {
            @Override
            public void commit() {
                MemoryObjects.this.write(key, bytes.toByteArray());
            }

            @Override
            public void write(byte[] more, int offset, int length) {
                bytes.write(more, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public synchronized boolean create(String key, byte[] content) {
        if (objects.containsKey(key)) {
            pass(CALL);
            return false;
        }
        write(key, content);
        return true;
    }

    @Override
    public synchronized void write(String key, byte[] content) {
        pass(CALL);
        objects.put(key, Stored.of(content, now));
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> each) {
        List<ObjectInfo> found = new ArrayList<>();
        synchronized (this) {
            pass(CALL);
            objects.forEach((key, stored) -> {
                if (key.startsWith(prefix)) {
                    found.add(info(key, stored));
                }
            });
        }
        found.forEach(each);
    }

    private static ObjectInfo info(String key, Stored stored) {
        return new ObjectInfo(key, stored.bytes().size(), stored.modified());
    }

    @Override
    public synchronized void delete(Collection<String> keys) {
        pass(CALL);
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
