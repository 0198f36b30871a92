package dev.mainstay.node.objectstore.stream;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** Pieces of memory, one after the other. */
final class PiecesStream extends InputStream {

    private final List<ByteBuffer> pieces;
    private int current;

    PiecesStream(List<ByteBuffer> pieces) {
        this.pieces = pieces;
    }

    @Override
    public int read() {
        return skipEmpty() ? pieces.get(current).get() & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!skipEmpty()) {
            return -1;
        }
        ByteBuffer piece = pieces.get(current);
        int count = Math.min(length, piece.remaining());
        piece.get(bytes, offset, count);
        return count;
    }

    private boolean skipEmpty() {
        while (current < pieces.size() && !pieces.get(current).hasRemaining()) {
            current++;
        }
        return current < pieces.size();
    }
}
