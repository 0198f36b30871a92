package dev.mainstay.node.server;

import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.consensus.LogInspection;
import dev.mainstay.node.etcdsnapshot.EtcdKvHash;
import dev.mainstay.node.etcdsnapshot.SnapshotFile;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.mvcc.HashRead;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code mainstay hashkv}, {@code check-data} and {@code compact}: what etcdutl does with the data of a server that doesn't run, for
 * Mainstay's data directories.
 */
final class DataTool {

    /** The commands. */
    static final Set<String> COMMANDS = Set.of("hashkv", "check-data", "compact");

    /** {@code check-data} found something. */
    private static final int FOUND = 2;

    private static final Map<String, String> HELP = Map.of("hashkv", """
            Usage:

              mainstay hashkv <data directory or snapshot> [--rev R]
                Hash all keys with their history, as Maintenance.HashKV does. Of the data directory of
                a stopped member: what that member would say, comparable with other members of
                Mainstay. Of a snapshot: what etcd says of it, comparable with etcd's members.

                  --rev 0                           Newest revision to hash; 0 for the newest there is.

              -w, --write-out simple, fields, json or table
            """, "check-data", """
            Usage:

              mainstay check-data <data directory> [--wal-dir <directory>]
                Look at everything in the data directory of a stopped member: whose it is, every
                checksum of log and store, and whether keys, history, counts, leases, users and
                members agree. Changes nothing. Progress goes to standard error, findings, a line
                each, to standard output; what to do stands behind the arrow.

                  --wal-dir ''                      Directory of the log, if it has one of its own.

              -w, --write-out simple, fields, json or table

              Ends with 0 if nothing is wrong, 2 if something is, 1 if it couldn't look.
            """, "compact", """
            Usage:

              mainstay compact <data directory>
                Rewrite the store of a stopped member, so that what was compacted, deleted and
                overwritten leaves the disk. Needs as much room as the store will take. A running
                member does the same beside its work (etcdctl defrag), so there is seldom need.

              -w, --write-out simple, fields, json or table
            """);

    private final PrintStream out;
    private final PrintStream err;
    private final LongSupplier nanoClock;

    DataTool(PrintStream out, PrintStream err, LongSupplier nanoClock) {
        this.out = out;
        this.err = err;
        this.nanoClock = nanoClock;
    }

    /** Does what a command and its arguments say; the exit code. */
    int run(String command, List<String> arguments) {
        if (arguments.isEmpty() || arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP.get(command));
            return 0;
        }
        return ToolRun.of(err, () -> switch (command) {
            case "hashkv" -> hashKv(arguments);
            case "check-data" -> checkData(arguments);
            case "compact" -> compact(arguments);
            default -> throw ToolException.usage("unknown command \"" + command + "\"");
        });
    }

    private int hashKv(List<String> arguments) throws IOException {
        ToolFlags flags = ToolFlags.parse(arguments, Set.of("rev"), Set.of());
        ToolOutput output = flags.output();
        Path path = Path.of(flags.only("hashkv"));
        long revision = flags.number("rev");
        EtcdKvHash.Hashed hashed;
        if (Files.isDirectory(path)) {
            hashed = memberHash(path, revision);
        } else {
            try (SnapshotFile file = SnapshotFile.open(path)) {
                hashed = EtcdKvHash.of(file, revision);
            }
        }
        out.print(output.print(List.of(
                new ToolOutput.Column("HASH", "Hash", "hash", hashed.hash(), Long.toHexString(hashed.hash())),
                ToolOutput.Column.of("HASH REVISION", "HashRevision", "hashRevision", hashed.hashRevision()),
                ToolOutput.Column.of(
                        "COMPACT REVISION", "CompactRevision", "compactRevision", hashed.compactRevision()))));
        return 0;
    }

    private static EtcdKvHash.Hashed memberHash(Path directory, long revision) throws IOException {
        try (StoppedMember member = StoppedMember.open(directory, null);
                RocksStore store = member.readStore()) {
            return switch (KvStore.open(store).hash(revision)) {
                case HashRead.Hashed read ->
                    new EtcdKvHash.Hashed(
                            Integer.toUnsignedLong(read.hash()), read.hashRevision(), read.compactRevision());
                case HashRead.Refused refused ->
                    throw ToolException.failed(refused.code().message()
                            + " (what the log alone holds counts only once the member has been started)");
            };
        }
    }

    private int checkData(List<String> arguments) throws IOException {
        ToolFlags flags = ToolFlags.parse(arguments, Set.of("wal-dir"), Set.of());
        ToolOutput output = flags.output();
        @Nullable String log = flags.values().get("wal-dir");
        DataCheck.Report report;
        try (StoppedMember member = StoppedMember.open(
                Path.of(flags.only("check-data")), log == null || log.isEmpty() ? null : Path.of(log))) {
            report = new DataCheck(member, err, nanoClock).run();
        }
        out.print(output.print(columns(report)));
        if (output != ToolOutput.JSON) {
            report.findings().forEach(out::println);
        }
        return report.findings().isEmpty() ? 0 : FOUND;
    }

    private static List<ToolOutput.Column> columns(DataCheck.Report report) {
        LogInspection log = report.log();
        List<ToolOutput.Column> columns = new ArrayList<>(List.of(
                hex("MEMBER", "Member", "memberId", report.identity().memberId()),
                hex("CLUSTER", "Cluster", "clusterId", report.identity().clusterId()),
                ToolOutput.Column.of(
                        "LOG TERM", "LogTerm", "logTerm", log.last().term()),
                ToolOutput.Column.of(
                        "LOG INDEX", "LogIndex", "logIndex", log.last().index()),
                ToolOutput.Column.of("ACKNOWLEDGED", "Acknowledged", "acknowledgedIndex", log.acknowledged())));
        if (report.applied() != null) {
            columns.add(ToolOutput.Column.of(
                    "STORE INDEX",
                    "StoreIndex",
                    "storeIndex",
                    report.applied().position().index()));
            columns.add(
                    hex("STATE HASH", "StateHash", "stateHash", report.applied().hash()));
        }
        if (report.keys() != null) {
            columns.add(ToolOutput.Column.of(
                    "REVISION", "Revision", "revision", report.keys().revision()));
            columns.add(ToolOutput.Column.of(
                    "COMPACTED", "Compacted", "compactRevision", report.keys().compacted()));
            columns.add(
                    ToolOutput.Column.of("KEYS", "Keys", "keys", report.keys().keys()));
            columns.add(ToolOutput.Column.of(
                    "VERSIONS", "Versions", "versions", report.keys().versions()));
        }
        columns.add(ToolOutput.Column.of("LEASES", "Leases", "leases", report.leases()));
        columns.add(new ToolOutput.Column(
                "FINDINGS",
                "Findings",
                "findings",
                report.findings(),
                Integer.toString(report.findings().size())));
        return columns;
    }

    private static ToolOutput.Column hex(String title, String fieldName, String jsonName, long value) {
        return new ToolOutput.Column(title, fieldName, jsonName, MemberId.hex(value), MemberId.hex(value));
    }

    private int compact(List<String> arguments) throws IOException {
        ToolFlags flags = ToolFlags.parse(arguments, Set.of("rev"), Set.of());
        ToolOutput output = flags.output();
        Path path = Path.of(flags.only("compact"));
        if (flags.values().containsKey("rev")) {
            throw ToolException.usage(
                    "--rev: which revisions are dropped is for the whole cluster to decide, in its log, or its"
                            + " members would differ. Ask a running member (etcdctl compact); this command only rewrites files.");
        }
        StoppedMember.open(path, null).close();
        long before;
        long after;
        try (DataDirectory directory = open(path)) {
            before = bytes(directory.store());
            AtomicReference<Throwable> fault = new AtomicReference<>();
            try (RocksStore store =
                    RocksStore.open(directory.store(), Tables.all(), RocksSettings.defaults(), fault::set)) {
                for (Table table : Tables.all()) {
                    err.println("rewriting table " + table.name());
                    store.rewrite(table);
                }
            }
            if (fault.get() != null) {
                throw new IOException(
                        "the store can't be written: " + fault.get().getMessage(), fault.get());
            }
            after = bytes(directory.store());
        }
        out.print(output.print(List.of(
                new ToolOutput.Column("BEFORE", "Before", "bytesBefore", before, ToolOutput.size(before)),
                new ToolOutput.Column("AFTER", "After", "bytesAfter", after, ToolOutput.size(after)))));
        return 0;
    }

    private static DataDirectory open(Path path) {
        try {
            // Where the log is makes no difference: it stays as it is, and no directory is made for it.
            return DataDirectory.open(path, path, _ -> {
                throw new DataDirectoryException(
                        DataDirectoryException.Problem.DAMAGED_IDENTITY, path, "has no identity.json");
            });
        } catch (DataDirectoryException e) {
            throw ToolException.failed(String.valueOf(e.getMessage()));
        }
    }

    /** What the tables take; the engine's own notes come and go. */
    private static long bytes(Path directory) throws IOException {
        long bytes = 0;
        try (var files = Files.newDirectoryStream(directory, "*.sst")) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
