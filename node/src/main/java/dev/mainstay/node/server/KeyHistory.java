package dev.mainstay.node.server;

import dev.mainstay.node.mvcc.HistoryRead;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.watch.HistorySource;

/** The past of the keys, as the watch hub asks for it. */
record KeyHistory(KvStore keys) implements HistorySource {

    @Override
    public long revision() {
        return keys.revision();
    }

    @Override
    public long compactRevision() {
        return keys.compactRevision();
    }

    @Override
    public History read(long fromRevision, int maxRevisions, long maxBytes) {
        return switch (keys.history(fromRevision, maxRevisions, maxBytes)) {
            case HistoryRead.Revisions read -> new History.Revisions(read.revisions());
            case HistoryRead.Compacted gone -> new History.Compacted(gone.compactRevision());
        };
    }
}
