package dev.mainstay.node.api;

import dev.mainstay.node.etcdsnapshot.EtcdExport;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreMoment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Snapshots of a store whose index fits into memory. */
record StoreCopies(Store store, LongSupplier clockMillis) implements StoreExports {

    @Override
    public StoreExport open(BooleanSupplier cancelled) throws IOException {
        StoreMoment moment = store.moment();
        EtcdExport export = EtcdExport.of(moment, clockMillis.getAsLong(), Path.of("nowhere"), cancelled);
        return new StoreExport() {
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
                export.close();
                moment.close();
            }
        };
    }
}
