package dev.mainstay.node.bolt;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Sees the entries of a file, bucket by bucket and key by key, each ascending. */
public interface BoltVisitor {

    /** What follows is in this bucket. */
    void bucket(byte[] name) throws IOException;

    /**
     * An entry.
     *
     * @param value read-only, the file itself: to be used before this returns
     */
    void entry(byte[] key, ByteBuffer value) throws IOException;
}
