package dev.mainstay.node.archive;

import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The segments in an object store. Any thread; calls block. */
public final class SegmentStore implements AutoCloseable {

    /** No segment has more than this, in plain bytes: one is cut behind the entry with which it is large enough. */
    private static final long MAX_BYTES = 1L << 30;

    private final ObjectStore store;
    private final ObjectCodec codec;

    /** One that is there, and the object that it is. */
    public record Stored(SegmentName name, ObjectInfo object) {}

    public SegmentStore(ObjectStore store, ObjectCodec codec) {
        this.store = store;
        this.codec = codec;
    }

    /** All segments, by line and in the order of {@link SegmentName#ORDER}. Objects that are none are passed over. */
    public SortedMap<Long, List<Stored>> list() throws IOException {
        return list(SegmentName.ARCHIVE);
    }

    /** Their names alone. */
    public SortedMap<Long, List<SegmentName>> names() throws IOException {
        SortedMap<Long, List<SegmentName>> names = new TreeMap<>(Long::compareUnsigned);
        list().forEach((line, all) ->
                names.put(line, all.stream().map(Stored::name).toList()));
        return names;
    }

    /** Those of a line, in the order of {@link SegmentName#ORDER}. */
    List<Stored> list(long line) throws IOException {
        return list(SegmentName.prefix(line)).getOrDefault(line, List.of());
    }

    private SortedMap<Long, List<Stored>> list(String prefix) throws IOException {
        SortedMap<Long, List<Stored>> lines = new TreeMap<>(Long::compareUnsigned);
        store.list(
                prefix,
                object -> SegmentName.parse(object.key())
                        .ifPresent(name -> lines.computeIfAbsent(name.line(), _ -> new ArrayList<>())
                                .add(new Stored(name, object))));
        for (Map.Entry<Long, List<Stored>> line : lines.entrySet()) {
            line.getValue().sort((a, b) -> SegmentName.ORDER.compare(a.name(), b.name()));
        }
        return lines;
    }

    /**
     * Puts a segment there, whole or not at all. One that is there already stays: it holds the same, whoever put it there.
     *
     * @return bytes of the object; 0 if it was there
     */
    public long put(Segment segment) throws IOException {
        String key = segment.name().key();
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (var out = codec.encode(key, sealed)) {
            out.write(segment.encode());
        }
        return store.create(key, sealed.toByteArray()) ? sealed.size() : 0;
    }

    /**
     * Reads a segment.
     *
     * @throws ObjectStoreException of kind {@code MISSING} or {@code DAMAGED} if it isn't what was put there, {@code BAD_SETTING} if it
     *     is encrypted with a key that isn't known
     */
    public Segment read(SegmentName name) throws IOException {
        String key = name.key();
        byte[] bytes;
        try (InputStream in = codec.read(store, key, MAX_BYTES)) {
            bytes = in.readAllBytes();
        }
        try {
            Segment segment = Segment.decode(bytes);
            if (!segment.name().equals(name)) {
                throw new ObjectStoreException(
                        ObjectStoreException.Kind.DAMAGED, key + " is damaged: it holds " + segment.name());
            }
            return segment;
        } catch (Segment.BadSegmentException e) {
            throw new ObjectStoreException(ObjectStoreException.Kind.DAMAGED, key + " " + e.getMessage(), e);
        }
    }

    /** Deletes segments. */
    public void delete(Collection<SegmentName> names) throws IOException {
        store.delete(names.stream().map(SegmentName::key).toList());
    }

    @Override
    public void close() {
        store.close();
    }
}
