package dev.mainstay.node.mvcc;

import dev.mainstay.node.storage.Table;
import java.util.List;

/**
 * The tables of this package. Numbers are big-endian, {@code ~} means all bits turned, so that the newest comes first.
 *
 * <pre>
 * kv       escaped key, ~main (8), ~sub (4)   ->  one version of a key, see {@link StoredVersion}
 *          The key's zero bytes become 00 FF and 00 01 ends it: byte order is key order, and no key's versions
 *          stand between those of another.
 *
 * history  main (8), sub (4)                  ->  one change, see {@link Change}
 *
 * mvcc     "compacted"                        ->  the compact revision (8)
 *          "progress"                         ->  how far its removal has got, see {@link Progress}
 *          "counts"                           ->  revision (8) of the saved counts, number of parts (4)
 *          "counts/", part (4)                ->  counted blocks, see {@link CountsCodec}
 * </pre>
 *
 * <p>The newest revision is that of the last history entry: compaction leaves the entries of the compact revision.
 */
public final class Schema {

    static final Table KV = new Table("kv");
    static final Table HISTORY = new Table("history");
    static final Table MVCC = new Table("mvcc");

    private Schema() {}

    /** All tables of this package, for whoever opens the store. */
    public static List<Table> tables() {
        return List.of(KV, HISTORY, MVCC);
    }
}
