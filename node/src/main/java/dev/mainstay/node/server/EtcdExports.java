package dev.mainstay.node.server;

import dev.mainstay.node.api.StoreExports;
import dev.mainstay.node.etcdsnapshot.EtcdExport;
import dev.mainstay.node.snapshot.Rests;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreMoment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Snapshots of this member's store for clients, made without haste.
 *
 * @param clockMillis cluster elapsed time
 * @param scratch where large ones may keep an index
 * @param tookNanos hears how long each took, whole or not
 */
record EtcdExports(Store store, LongSupplier clockMillis, Path scratch, LongConsumer tookNanos)
        implements StoreExports {

    @Override
    public StoreExport open(BooleanSupplier cancelled) throws IOException {
        long began = System.nanoTime();
        StoreMoment moment = store.moment();
        try {
            return new Opened(
                    moment,
                    EtcdExport.of(moment, clockMillis.getAsLong(), scratch, Rests.of(cancelled)),
                    () -> tookNanos.accept(System.nanoTime() - began));
        } catch (IOException | RuntimeException e) {
            moment.close();
            throw e;
        }
    }

    private record Opened(StoreMoment moment, EtcdExport export, Runnable closed) implements StoreExport {

        @Override
        public long revision() {
            return export.revision();
        }

        @Override
        public long bytes() {
            return export.bytes();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            export.writeTo(out);
        }

        @Override
        public void close() throws IOException {
            closed.run();
            try (moment) {
                export.close();
            }
        }
    }
}
