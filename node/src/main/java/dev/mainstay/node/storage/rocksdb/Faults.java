package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.StorageCorruptedException;
import dev.mainstay.node.storage.StorageException;
import dev.mainstay.node.storage.StorageFailedException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Says what a complaint of RocksDB means to us. */
final class Faults {

    private Faults() {}

    static StorageException of(RocksDBException e) {
        return of(e.getStatus(), String.valueOf(e.getMessage()), e);
    }

    static StorageException of(@Nullable Status status, String message, @Nullable Throwable cause) {
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return new StorageCorruptedException("the database is damaged: " + message, cause);
        }
        boolean noSpace = status != null
                && (status.getSubCode() == Status.SubCode.NoSpace || message.contains("No space left on device"));
        return new StorageFailedException("the database failed: " + message, noSpace, cause);
    }

    static boolean isIncomplete(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Incomplete;
    }
}
