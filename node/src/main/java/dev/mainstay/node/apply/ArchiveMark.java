package dev.mainstay.node.apply;

/**
 * A place in the log where a segment of the archive may end, and what was so behind it.
 *
 * @param index of its log entry
 * @param revision the newest
 * @param wallMillis what time it was, since 1970; never less than at the mark before
 * @param clockMillis cluster elapsed time
 */
public record ArchiveMark(long index, long revision, long wallMillis, long clockMillis) {}
