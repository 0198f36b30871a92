package dev.mainstay.node.objectstore.stream;

import java.io.IOException;

/** Where a {@link PartedUpload} goes: one store's way of taking objects in parts. Each call has its own retries. */
public interface PartSink {

    /** Writes an object that one part is enough for, and makes it visible. Then there's no other call. */
    void whole(PartBuffer content) throws IOException;

    /** Prepares for parts. */
    void begin() throws IOException;

    /**
     * Sends a part. Several threads do so at once, and are interrupted if the upload is given up.
     *
     * @param number from 1 on
     */
    void part(int number, PartBuffer content) throws IOException;

    /** Makes the object visible that these many parts are, all of which were sent. */
    void complete(int parts) throws IOException;

    /** Takes away what was sent since {@link #begin}. No part is on its way any more. */
    void abandon() throws IOException;
}
