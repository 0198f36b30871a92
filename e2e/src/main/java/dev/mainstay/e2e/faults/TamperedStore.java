package dev.mainstay.e2e.faults;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Changes values that a stopped Mainstay member has stored. Every checksum fits what is written, so nothing but a comparison
 * with the other members can tell.
 */
public final class TamperedStore {
    private static final String KEYS = "kv";

    private TamperedStore() {}

    /** Replaces the end of each stored version that ends so, in every key; the new text is as long as the old one. */
    public static void replace(Path dataDir, String from, String to) {
        String path = dataDir.resolve("db").toString();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (Options options = new Options();
                DBOptions database = new DBOptions()) {
            List<ColumnFamilyDescriptor> families = RocksDB.listColumnFamilies(options, path).stream()
                    .map(ColumnFamilyDescriptor::new)
                    .toList();
            try (RocksDB store = RocksDB.open(database, path, families, handles);
                    FlushOptions flush = new FlushOptions()) {
                for (ColumnFamilyHandle family : handles) {
                    if (new String(family.getName(), StandardCharsets.UTF_8).equals(KEYS)) {
                        replace(store, family, from, to);
                    }
                }
                store.flush(flush, handles);
                handles.forEach(ColumnFamilyHandle::close);
            }
        } catch (RocksDBException e) {
            throw new IllegalStateException("the store of " + dataDir + " can't be tampered with", e);
        }
    }

    private static void replace(RocksDB store, ColumnFamilyHandle family, String from, String to)
            throws RocksDBException {
        int replaced = 0;
        try (RocksIterator versions = store.newIterator(family)) {
            for (versions.seekToFirst(); versions.isValid(); versions.next()) {
                String value = new String(versions.value(), StandardCharsets.ISO_8859_1);
                if (value.endsWith(from)) {
                    String other = value.substring(0, value.length() - from.length()) + to;
                    store.put(family, versions.key(), other.getBytes(StandardCharsets.ISO_8859_1));
                    replaced++;
                }
            }
        }
        if (replaced == 0) {
            throw new IllegalStateException("nothing ends in " + from);
        }
    }
}
