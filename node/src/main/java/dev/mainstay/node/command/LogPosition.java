package dev.mainstay.node.command;

/** A place in the replicated log. */
public record LogPosition(long term, long index) {

    /** Before the first entry that carries commands; the log itself fills index 0. */
    public static final LogPosition NONE = new LogPosition(0, 0);
}
