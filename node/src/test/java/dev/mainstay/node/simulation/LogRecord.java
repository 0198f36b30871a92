package dev.mainstay.node.simulation;

import org.jspecify.annotations.Nullable;

/** An entry of the model's log: what the state applies, or something of the log's own. */
final class LogRecord {

    private final long term;
    private final long index;
    private final byte @Nullable [] data;
    private final @Nullable Conf conf;

    private LogRecord(long term, long index, byte @Nullable [] data, @Nullable Conf conf) {
        this.term = term;
        this.index = index;
        this.data = data;
        this.conf = conf;
    }

    /** What the state applies. */
    static LogRecord of(long term, long index, byte[] data) {
        return new LogRecord(term, index, data, null);
    }

    /** The configuration that holds from here on. */
    static LogRecord of(long term, long index, Conf conf) {
        return new LogRecord(term, index, null, conf);
    }

    long term() {
        return term;
    }

    long index() {
        return index;
    }

    byte @Nullable [] data() {
        return data;
    }

    @Nullable
    Conf conf() {
        return conf;
    }
}
