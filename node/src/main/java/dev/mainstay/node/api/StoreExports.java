package dev.mainstay.node.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

/** Makes copies of the store for clients, in etcd's own format. */
public interface StoreExports {

    /**
     * Makes a copy of this moment ready to be written, which takes a read of all keys.
     *
     * @param cancelled asked all the time, now and while it is written; once it is {@code true} an exception ends that
     * @throws IOException if it can't be made, or nobody wants it any more
     */
    StoreExport open(BooleanSupplier cancelled) throws IOException;

    /** A copy that may be written once. Owned by one thread; close it. */
    interface StoreExport extends AutoCloseable {

        /** The newest revision in it. */
        long revision();

        /** Its size, a multiple of 512. */
        long bytes();

        /** Writes it, {@link #bytes} of it. */
        void writeTo(OutputStream out) throws IOException;

        @Override
        void close() throws IOException;
    }
}
