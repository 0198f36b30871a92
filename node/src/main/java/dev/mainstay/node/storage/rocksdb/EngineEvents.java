package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.StoreFaultListener;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.CompactionJobInfo;
import org.rocksdb.FlushJobInfo;
import org.rocksdb.RocksDB;
import org.rocksdb.Status;

/** Passes on what happens on the engine's own threads. */
final class EngineEvents extends AbstractEventListener {

    private final StoreFaultListener faults;
    private final Runnable filesChanged;

    EngineEvents(StoreFaultListener faults, Runnable filesChanged) {
        super(
                EnabledEventCallback.ON_FLUSH_COMPLETED,
                EnabledEventCallback.ON_COMPACTION_COMPLETED,
                EnabledEventCallback.ON_BACKGROUND_ERROR);
        this.faults = faults;
        this.filesChanged = filesChanged;
    }

    @Override
    public void onFlushCompleted(RocksDB db, FlushJobInfo flush) {
        filesChanged.run();
    }

    @Override
    public void onCompactionCompleted(RocksDB db, CompactionJobInfo compaction) {
        filesChanged.run();
    }

    @Override
    public void onBackgroundError(BackgroundErrorReason reason, @Nullable Status status) {
        String detail = status == null ? "" : " " + status.getCodeString();
        faults.faulted(Faults.of(status, "in the background (" + reason + ")" + detail, null));
    }
}
