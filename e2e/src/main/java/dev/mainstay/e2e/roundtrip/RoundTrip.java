package dev.mainstay.e2e.roundtrip;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.migration.SameContents;
import dev.mainstay.e2e.options.Options;
import dev.mainstay.e2e.server.Binaries;
import dev.mainstay.e2e.server.Place;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.HashKVRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A large and worn etcd goes into Mainstay by a snapshot, and by one of Mainstay's into an etcd again. Every key at several revisions, with value,
 * revisions, version and lease, the newest events and all leases are compared through the servers' API, and the hash of both etcds.
 * Ends with 1 if anything differs.
 *
 * <p>Arguments, all optional: {@code --keys=N} (1,000,000), {@code --seed=N} (1), {@code --dir=D}.
 */
public final class RoundTrip {
    /** How many of the newest revisions are compared event by event. */
    private static final long EVENTS = 20_000;

    private final Path dir;
    private final List<String> differences = new ArrayList<>();
    private final StringBuilder row = new StringBuilder("|");
    private int made;
    private long oldest;
    private long newest;

    private RoundTrip(Path dir) {
        this.dir = dir;
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Path dir = options.directory("mainstay-round-trip");
        List<String> differences = run(dir, options.number("keys", 1_000_000), options.number("seed", 1));
        differences.forEach(System.out::println);
        System.exit(differences.isEmpty() ? 0 : 1);
    }

    /**
     * Goes there and back.
     *
     * @param dir an empty directory for everything
     * @param keys how many to begin with
     * @param seed of what is written
     * @return what differed; nothing, one hopes
     */
    public static List<String> run(Path dir, int keys, long seed) throws InterruptedException, ExecutionException {
        RoundTrip trip = new RoundTrip(dir);
        trip.go(keys, seed);
        System.out.println();
        System.out.println(
                "| filled s | saved by etcd s | MiB | restored in Mainstay s | compared s | saved by Mainstay s | MiB |"
                        + " restored in etcd s | compared s |");
        System.out.println("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        System.out.println(trip.row);
        return List.copyOf(trip.differences);
    }

    private void go(int keys, long seed) throws InterruptedException, ExecutionException {
        Path there = dir.resolve("there.db");
        Path back = dir.resolve("back.db");
        try (TestServer etcd = TestServer.etcd(dir.resolve("source"));
                EtcdClient source = new EtcdClient(etcd.endpoint())) {
            long began = System.nanoTime();
            made = keys;
            oldest = WornStore.fill(source, keys, seed);
            newest = SameContents.revision(source);
            took("filled with revisions " + oldest + " to " + newest, began);
            save(etcd, there);
            try (TestServer mainstay = restored(Program.MAINSTAY, there, "between")) {
                compare(source, mainstay);
                save(mainstay, back);
            }
            try (TestServer again = restored(Program.ETCD, back, "back");
                    EtcdClient last = new EtcdClient(again.endpoint())) {
                compare(source, again);
                long before = hash(source);
                long after = hash(last);
                if (before != after) {
                    differences.add("HashKV " + before + " of the source, " + after + " of the etcd at the end");
                }
            }
        }
    }

    private void compare(EtcdClient source, TestServer server) throws InterruptedException {
        long began = System.nanoTime();
        long wanted = 2L * made;
        try (EtcdClient other = new EtcdClient(server.endpoint())) {
            if (SameContents.revision(other) != newest) {
                differences.add(server.endpoint() + " is at revision " + SameContents.revision(other));
            }
            long keys = 0;
            for (long revision : List.of(oldest, (oldest + newest) / 2, newest)) {
                List<ByteString> parts = WornStore.parts();
                for (int i = 1; i < parts.size(); i++) {
                    SameContents.Walk walk = SameContents.walk(source, other, parts.get(i - 1), parts.get(i), revision);
                    keys += walk.keys();
                    walk.difference().ifPresent(differences::add);
                }
            }
            if (keys < wanted) {
                differences.add("only " + keys + " keys were compared");
            }
            long from = Math.max(oldest + 1, newest - EVENTS);
            if (!SameContents.events(source, from, newest).equals(SameContents.events(other, from, newest))) {
                differences.add("events from revision " + from + " on differ at " + server.endpoint());
            }
            if (!SameContents.leases(source).equals(SameContents.leases(other))) {
                differences.add("leases differ at " + server.endpoint());
            }
            took("compared " + keys + " keys at three revisions", began);
        }
    }

    private static long hash(EtcdClient client) {
        return client.maintenance().hashKV(HashKVRequest.getDefaultInstance()).getHash();
    }

    private void save(TestServer server, Path file) {
        long began = System.nanoTime();
        run(Binaries.etcdctl(), "--endpoints=" + server.endpoint(), "snapshot", "save", file.toString());
        took("saved", began);
        try {
            row.append(' ').append(Files.size(file) >> 20).append(" |");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestServer restored(Program program, Path snapshot, String name) {
        long began = System.nanoTime();
        Place place = Place.onLoopback("default");
        String cluster = "--initial-cluster=default=" + place.peerUrl();
        Path home = dir.resolve(name);
        run(
                program == Program.ETCD ? Binaries.etcdutl() : Binaries.mainstay(),
                "snapshot",
                "restore",
                snapshot.toString(),
                "--data-dir=" + home.resolve("data"),
                cluster,
                "--initial-advertise-peer-urls=" + place.peerUrl());
        TestServer server = TestServer.stopped(program, home, place, List.of(cluster));
        server.start();
        took("restored in " + program.title(), began);
        return server;
    }

    private void took(String what, long sinceNanos) {
        long seconds = Math.round((System.nanoTime() - sinceNanos) / 1e9);
        System.out.println(what + ", " + seconds + " s");
        row.append(' ').append(seconds).append(" |");
    }

    private static void run(Path program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(command + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
