package dev.mainstay.e2e.clients;

import dev.mainstay.e2e.server.TestServer;
import java.nio.file.Path;

/**
 * The two servers every suite runs against, and the one place that says where they may differ: the peer is etcd 3.5, while
 * Mainstay answers as etcd 3.7 does and adds a little of its own.
 */
enum Product {
    /** A real etcd of the 3.5 line. */
    ETCD,
    /** The node under test. */
    MAINSTAY;

    /** Starts one member, ready to serve, with its files in {@code dir}. */
    TestServer start(Path dir, String... flags) {
        return this == ETCD ? TestServer.etcd(dir, flags) : TestServer.mainstay(dir, flags);
    }

    /** The flag that sets the interval of progress notifications, which lost its prefix in 3.6. */
    String watchProgressFlag(String interval) {
        return (this == ETCD ? "--experimental-watch-progress-notify-interval=" : "--watch-progress-notify-interval=")
                + interval;
    }

    /** What Status and {@code /version} must report. */
    String versionPattern() {
        return this == ETCD ? "3\\.5\\.\\d+" : "3\\.7\\.\\d+";
    }

    /** {@code /version} names the storage version since 3.6. */
    boolean reportsStorageVersion() {
        return this == MAINSTAY;
    }

    /** etcd has no gRPC reflection. */
    boolean hasReflection() {
        return this == MAINSTAY;
    }

    /** Status carries the quota, the storage version and the downgrade state since 3.6. */
    boolean reportsQuotaInStatus() {
        return this == MAINSTAY;
    }

    /** Only the node promises that a client that doesn't read costs it little memory. */
    boolean boundsMemoryOfSlowClients() {
        return this == MAINSTAY;
    }

    /** Only the node ends connections that flood it with frames that ask for nothing. */
    boolean cutsOffFloods() {
        return this == MAINSTAY;
    }

    /** The name as it stands in test reports. */
    @Override
    public String toString() {
        return this == ETCD ? "etcd" : "mainstay";
    }
}
