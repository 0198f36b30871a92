package dev.mainstay.node.objectstore.stream;

import java.io.Closeable;
import java.io.InputStream;

/**
 * An answer's body.
 *
 * @param bytes what comes
 * @param end the object's length in bytes, up to which it should come
 * @param abort drops the connection, however much is still to come
 */
public record RangeBody(InputStream bytes, long end, Closeable abort) {}
