package dev.mainstay.node.server;

import dev.mainstay.node.observability.MemberGauges;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** How large and how full the disk is that the data directory is on. Looked at when scraped. */
final class DiskGauges {

    private DiskGauges() {}

    /** What is read of a disk. */
    @FunctionalInterface
    private interface Reading {
        long of(FileStore disk) throws IOException;
    }

    static void bind(MemberGauges gauges, Path dataDirectory) {
        gauges.gauge(
                "mainstay_disk_size_bytes",
                "Size of the disk that the data directory is on.",
                () -> read(dataDirectory, FileStore::getTotalSpace));
        gauges.gauge(
                "mainstay_disk_free_bytes",
                "What this member may still write to the disk that the data directory is on.",
                () -> read(dataDirectory, FileStore::getUsableSpace));
    }

    private static double read(Path dataDirectory, Reading reading) {
        try {
            return reading.of(Files.getFileStore(dataDirectory));
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
