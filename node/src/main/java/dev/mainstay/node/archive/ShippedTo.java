package dev.mainstay.node.archive;

import dev.mainstay.node.apply.ArchiveMark;

/**
 * How far a line is shipped.
 *
 * @param line that it is
 * @param index up to here, and the term of the last entry with commands up to there; 0 if nobody knows
 * @param mark the last mark that isn't behind the index
 */
record ShippedTo(long line, long index, long term, ArchiveMark mark) {}
