package dev.mainstay.e2e.bench;

/**
 * What one case cost on one server.
 *
 * @param operations finished operations in the measured time
 * @param seconds measured time
 * @param p50Millis median latency as the client saw it
 * @param p99Millis 99th percentile of the same
 * @param cpuSeconds user and system CPU of the server process over the measured time
 * @param failures operations that ended in an error
 */
record Measurement(
        long operations, double seconds, double p50Millis, double p99Millis, double cpuSeconds, long failures) {

    double perSecond() {
        return operations / seconds;
    }

    /** CPU seconds of the server per 1,000 operations. */
    double cpuPerThousand() {
        return operations == 0 ? 0 : cpuSeconds / operations * 1_000;
    }
}
