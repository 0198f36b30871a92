package dev.mainstay.node.leader;

/** How much room there is, and how much is taken. Any thread; may touch the disk. */
public interface FreeSpace {

    /** Bytes that this process may still write to the file system of the data directory. */
    long usableBytes();

    /** Bytes that the live data of the store takes. */
    long liveBytes();
}
