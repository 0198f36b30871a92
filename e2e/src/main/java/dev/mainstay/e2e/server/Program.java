package dev.mainstay.e2e.server;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The two programs every harness can run: the one under test, and the original that shows the harness itself is right. */
public enum Program {
    /** A real etcd of the 3.5 line. */
    ETCD("etcd"),
    /** The node under test. */
    MAINSTAY("Mainstay");

    /** What cluster suites run on if nothing else is asked for. */
    private static final String DEFAULT = "mainstay";

    private final String title;

    Program(String title) {
        this.title = title;
    }

    /** Those a suite with clusters is to run on: {@code -De2e.clusters=etcd,mainstay}. */
    public static List<Program> forClusters() {
        String names = System.getProperty("e2e.clusters", DEFAULT).toUpperCase(Locale.ROOT);
        return Arrays.stream(names.split(",", -1)).map(Program::valueOf).toList();
    }

    /** The name as it stands in tables. */
    public String title() {
        return title;
    }

    /** What to execute. */
    Path path() {
        return this == ETCD ? Binaries.etcd() : Binaries.mainstay();
    }
}
