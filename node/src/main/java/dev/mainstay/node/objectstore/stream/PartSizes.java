package dev.mainstay.node.objectstore.stream;

/**
 * How long the parts of an object of unknown length are: short at first, for there are two of them on the way and one being filled,
 * and longer from {@value #EVEN_PARTS} parts (8 GiB) on, so that 10,000 parts, the most that S3 takes, make more than 5 TiB, its
 * longest object. The part at 100 GiB has about 165 MiB.
 */
final class PartSizes {

    /** Parts to a multipart upload of S3. */
    static final int MAX_PARTS = 10_000;

    private static final long MIB = 1024 * 1024;

    /** Not below 5 MiB, the shortest that S3 takes other than as the last. */
    private static final long FIRST_BYTES = 8 * MIB;

    private static final int EVEN_PARTS = 1_000;

    private static final int PARTS_TO_A_MIB_MORE = 7;

    private PartSizes() {}

    /** In bytes, of the part with this number, from 1 on. */
    static long of(int part) {
        return FIRST_BYTES + Math.max(0, part - EVEN_PARTS) / PARTS_TO_A_MIB_MORE * MIB;
    }
}
