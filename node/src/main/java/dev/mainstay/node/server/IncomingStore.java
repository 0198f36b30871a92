package dev.mainstay.node.server;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.snapshot.IncomingManifest;
import dev.mainstay.node.snapshot.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Puts a store that was fetched from a peer in the place of the old one, before either is opened. A crash at any point
 * leaves a state from which the next start finishes:
 *
 * <pre>
 * db          db.incoming (whole)                  → db is put aside
 * db.replaced db.incoming (whole)                  → db.incoming becomes db
 * db.replaced db (with complete.json)              → the log is fitted to it
 * db.replaced db                                   → what was put aside is deleted
 * </pre>
 *
 * A fetch that isn't through stays where it is: it may go on.
 */
final class IncomingStore {

    private static final System.Logger LOG = System.getLogger(IncomingStore.class.getName());

    private final Path store;
    private final Path incoming;
    private final Path replaced;
    private final LogFit log;

    /** Makes the log one that goes on behind a position; may be repeated. */
    interface LogFit {
        void settle(LogPosition position) throws IOException;
    }

    /** @param store the store's directory; the others are its siblings */
    IncomingStore(Path store, LogFit log) {
        this.store = store;
        this.incoming = incoming(store);
        this.replaced = store.resolveSibling(store.getFileName() + ".replaced");
        this.log = log;
    }

    /** Where a store that is fetched goes. */
    static Path incoming(Path store) {
        return store.resolveSibling(store.getFileName() + ".incoming");
    }

    /** Finishes what there is to finish; nothing is done on most starts. */
    void settle() throws IOException {
        IncomingManifest manifest = IncomingManifest.read(incoming.resolve(IncomingManifest.COMPLETE));
        if (manifest != null && manifest.isWholeIn(incoming)) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "replacing the store by the snapshot at index "
                            + manifest.position().index());
            swap();
        } else if (Files.exists(incoming.resolve(IncomingManifest.COMPLETE))) {
            LOG.log(System.Logger.Level.WARNING, incoming + " is not what its list of files says, and is deleted");
            Files.delete(incoming.resolve(IncomingManifest.COMPLETE));
            Trees.delete(incoming);
        }
        if (!Files.exists(store) && Files.exists(replaced)) {
            move(replaced, store);
        }
        fitLog();
        Trees.delete(replaced);
    }

    private void swap() throws IOException {
        if (Files.exists(store)) {
            Trees.delete(replaced);
            move(store, replaced);
        }
        move(incoming, store);
    }

    private void fitLog() throws IOException {
        Path mark = store.resolve(IncomingManifest.COMPLETE);
        if (!Files.exists(mark)) {
            return;
        }
        IncomingManifest manifest = IncomingManifest.read(mark);
        if (manifest == null) {
            throw new IOException(mark + " can't be read, and the store can't be used without it");
        }
        log.settle(manifest.position());
        Files.delete(mark);
        Trees.force(store);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        Trees.forceParent(to);
    }
}
