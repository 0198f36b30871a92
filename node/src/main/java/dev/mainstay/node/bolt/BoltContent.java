package dev.mainstay.node.bolt;

import dev.mainstay.node.common.Bytes;
import java.io.IOException;

/** What is to be in a file: buckets by ascending name, each with its entries by ascending key. */
@FunctionalInterface
public interface BoltContent {

    /** Tells everything, from the beginning; the same whenever it is called. */
    void tell(Listener listener) throws IOException;

    /** Is told. */
    interface Listener {

        /** What follows is in this bucket. */
        void bucket(Bytes name) throws IOException;

        /** An entry of the bucket. */
        void entry(Bytes key, BoltValue value) throws IOException;
    }
}
