package dev.mainstay.node.etcdsnapshot;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Revision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Puts the versions of a store, which lie there by key, into the order of their revisions. What doesn't fit into a few MiB goes, sorted
 * in parts, to a file without a name, which is gone with the process whatever happens. Only places and sizes are kept, no
 * values. Owned by one thread; close it.
 */
final class RevisionIndex implements AutoCloseable {

    /** What parts may take in memory before they go to the file. */
    static final int USUAL_PART_BYTES = 8 << 20;

    /** Parts that are read side by side; more are made into one first. */
    private static final int MAX_PARTS = 128;

    private static final int WINDOW_BYTES = 16 << 10;
    private static final int ROW_BYTES = 96;
    private static final int HEAD_BYTES = 21;

    /** Left to others on the disk. */
    private static final long SPARE_BYTES = 128L << 20;

    private final Path directory;
    private final int partBytes;
    private final List<Part> parts = new ArrayList<>();
    private List<Row> rows = new ArrayList<>();
    private long held;
    private @Nullable FileChannel file;
    private long end;

    /** A version: how long its entry is and where it can be read. */
    record Row(Revision revision, boolean tombstone, int size, Bytes place) {

        private int bytes() {
            return HEAD_BYTES + place.length();
        }
    }

    /** Rows in order, in the file. */
    private record Part(long start, long end) {}

    /** Sees rows. */
    interface Visitor {
        void row(Row row) throws IOException;
    }

    /**
     * @param directory where the file may be made
     * @param partBytes about how much of the heap rows may take
     */
    RevisionIndex(Path directory, int partBytes) {
        this.directory = directory;
        this.partBytes = partBytes;
    }

    void add(Row row) throws IOException {
        rows.add(row);
        held += row.place().length() + ROW_BYTES;
        if (held >= partBytes) {
            spill();
        }
    }

    /** Shows all rows by revision; may be repeated. Nothing is added any more. */
    void visit(Visitor visitor) throws IOException {
        if (parts.isEmpty()) {
            sort();
            for (Row row : rows) {
                visitor.row(row);
            }
            return;
        }
        if (!rows.isEmpty()) {
            spill();
        }
        merge(visitor);
    }

    /** How many bytes of the disk it takes. */
    long diskBytes() {
        return end;
    }

    private void sort() {
        rows.sort(Comparator.comparing(Row::revision));
    }

    private void spill() throws IOException {
        sort();
        try (Writer writer = new Writer()) {
            for (Row row : rows) {
                writer.row(row);
            }
        }
        rows = new ArrayList<>();
        held = 0;
        if (parts.size() == MAX_PARTS) {
            List<Part> merged = List.copyOf(parts);
            try (Writer writer = new Writer()) {
                merge(writer);
            }
            parts.removeAll(merged);
        }
    }

    private void merge(Visitor visitor) throws IOException {
        PriorityQueue<Reader> heads = new PriorityQueue<>(Comparator.comparing(Reader::revision));
        for (Part part : List.copyOf(parts)) {
            Reader reader = new Reader(part);
            if (reader.next()) {
                heads.add(reader);
            }
        }
        for (Reader reader = heads.poll(); reader != null; reader = heads.poll()) {
            visitor.row(reader.row());
            if (reader.next()) {
                heads.add(reader);
            }
        }
    }

    private FileChannel file() throws IOException {
        FileChannel open = file;
        if (open == null) {
            Path path = Files.createTempFile(directory, "revisions", ".tmp");
            open = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            Files.delete(path);
            file = open;
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /** Writes a part at the end of the file. */
    private final class Writer implements Visitor, AutoCloseable {

        private final long start = end;
        private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);

        Writer() throws IOException {
            if (Files.getFileStore(directory).getUsableSpace() < SPARE_BYTES + 2L * partBytes) {
                throw new IOException("the disk has no room for the index of a snapshot: " + directory);
            }
        }

        @Override
        public void row(Row row) throws IOException {
            if (window.remaining() < row.bytes()) {
                drain();
                if (window.capacity() < row.bytes()) {
                    window = ByteBuffer.allocate(row.bytes());
                }
            }
            window.putInt(row.place().length())
                    .putLong(row.revision().main())
                    .putInt(row.revision().sub())
                    .put((byte) (row.tombstone() ? 1 : 0))
                    .putInt(row.size())
                    .put(row.place().array());
        }

        private void drain() throws IOException {
            window.flip();
            while (window.hasRemaining()) {
                end += file().write(window, end);
            }
            window.clear();
        }

        @Override
        public void close() throws IOException {
            drain();
            parts.add(new Part(start, end));
        }
    }

    /** Reads a part. */
    private final class Reader {

        private final Part part;
        private long at;
        private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
        private @Nullable Row row;

        Reader(Part part) {
            this.part = part;
            this.at = part.start;
        }

        boolean next() throws IOException {
            if (at == part.end && !window.hasRemaining()) {
                return false;
            }
            require(HEAD_BYTES);
            int length = window.getInt();
            Revision revision = new Revision(window.getLong(), window.getInt());
            boolean tombstone = window.get() == 1;
            int size = window.getInt();
            require(length);
            byte[] place = new byte[length];
            window.get(place);
            row = new Row(revision, tombstone, size, Bytes.wrap(place));
            return true;
        }

        Row row() {
            return java.util.Objects.requireNonNull(row);
        }

        Revision revision() {
            return row().revision();
        }

        private void require(int bytes) throws IOException {
            if (window.remaining() >= bytes) {
                return;
            }
            ByteBuffer next = window.capacity() >= bytes ? window.compact() : grown(bytes);
            next.limit((int) Math.min(next.capacity(), next.position() + part.end - at));
            while (next.hasRemaining()) {
                int read = file().read(next, at);
                if (read < 0) {
                    throw new IOException("the index of a snapshot ends early");
                }
                at += read;
            }
            window = next.flip();
        }

        private ByteBuffer grown(int bytes) {
            return ByteBuffer.allocate(bytes).put(window);
        }
    }
}
