package dev.mainstay.node.consensus;

import java.nio.file.Path;

/**
 * The log lacks or garbles something that was, or may have been, acknowledged. The member must not start: serving would
 * silently lose writes.
 */
public final class DamagedLogException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;
    private final long index;

    /**
     * @param file the segment, or the log directory when a file is missing
     * @param offset bytes from the start of the file to the first byte that is not as written, 0 if unknown
     * @param index the first log index that can't be read
     * @param what what is wrong and what the operator can do, in whole sentences
     */
    public DamagedLogException(Path file, long offset, long index, String what) {
        super("log damaged at index " + index + " (" + file + ", offset " + offset + "): " + what);
        this.file = file;
        this.offset = offset;
        this.index = index;
    }

    public Path file() {
        return file;
    }

    public long offset() {
        return offset;
    }

    public long index() {
        return index;
    }
}
