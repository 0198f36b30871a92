package dev.mainstay.node.snapshot;

import java.time.Duration;

/**
 * How a state is fetched.
 *
 * @param chunkBytes how much one call asks for, at most 1 MiB
 * @param inFlight how many calls are out at a time; what is held in memory is that many chunks
 * @param bytesPerSecond the most that is asked for per second
 * @param patience after how long without a byte the fetch is given up
 * @param firstPause how long to wait after a failure; doubled after each, up to 5 s
 */
public record FetchLimits(int chunkBytes, int inFlight, long bytesPerSecond, Duration patience, Duration firstPause) {

    /** 8 calls of 256 KiB, 200 MB/s, 2 minutes of patience. */
    public static final FetchLimits USUAL =
            new FetchLimits(256 << 10, 8, 200_000_000, Duration.ofMinutes(2), Duration.ofMillis(100));

    public FetchLimits {
        if (chunkBytes < 1 || chunkBytes > SnapshotMessages.MAX_READ_BYTES || inFlight < 1 || bytesPerSecond < 1) {
            throw new IllegalArgumentException("a fetch needs chunks of 1 B to 1 MiB, a call and a rate");
        }
    }
}
