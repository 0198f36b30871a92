package dev.mainstay.node.server;

import dev.mainstay.node.etcdsnapshot.EtcdImport;
import dev.mainstay.node.etcdsnapshot.SnapshotFile;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.SettingsReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code mainstay snapshot}: what etcdutl does with snapshots, for Mainstay's data directories. */
final class SnapshotTool {

    private static final String HELP = """
            Usage:

              mainstay snapshot save <file> [flags]
                Have a running member stream a snapshot, and save it when it is whole.

                  --endpoints '127.0.0.1:2379'      The member's client URL.
                  --cacert ''                       Authorities that its certificate may be of.
                  --cert '', --key ''               Client certificate, and its key in PKCS #8.
                  --user ''                         name:password, with authentication on.
                  --password ''                     Of the user, if it doesn't stand there.

              mainstay snapshot restore <file> --data-dir <directory> [flags]
                Make a data directory of a snapshot, taken from Mainstay or from etcd 3.4 and newer.
                Start the member on it with the same --name, --initial-cluster, --initial-cluster-token
                and --initial-advertise-peer-urls, and --initial-cluster-state new.

                  --name 'default'                  Name of this member.
                  --data-dir ''                     Directory to make; ${name}.etcd if empty.
                  --wal-dir ''                      Directory of its own for the log.
                  --initial-cluster                 Members of the new cluster: name=url,name2=url.
                  --initial-cluster-token           Sets clusters with the same addresses apart.
                  --initial-advertise-peer-urls     This member's peer URLs as the others reach them.
                  --skip-hash-check                 Take a file without integrity hash, as one copied
                                                    from a data directory of etcd is.
                  --bump-revision 0                 How much to add to the newest revision.
                  --mark-compacted                  Mark it as compacted; with --bump-revision only.

              mainstay snapshot status <file>
                Print hash, revision, number of entries and size.

              mainstay snapshot verify <file>
                Look at every byte: integrity hash, pages, entries. Print what status prints.

              -w, --write-out simple, fields, json or table
            """;

    private final PrintStream out;
    private final PrintStream err;

    SnapshotTool(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Does what the arguments after {@code snapshot} say; the exit code. */
    int run(List<String> arguments) {
        if (arguments.isEmpty() || arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP);
            return 0;
        }
        return ToolRun.of(err, () -> {
            List<String> rest = arguments.subList(1, arguments.size());
            switch (arguments.getFirst()) {
                case "save" -> save(rest);
                case "restore" -> restore(rest);
                case "status" -> status(rest);
                case "verify" -> verify(rest);
                default ->
                    throw ToolException.usage("unknown command \"" + arguments.getFirst()
                            + "\" for \"mainstay snapshot\": it is one of save, restore, status, verify");
            }
            return 0;
        });
    }

    private void save(List<String> arguments) throws IOException {
        ToolFlags flags =
                ToolFlags.parse(arguments, Set.of("endpoints", "cacert", "cert", "key", "user", "password"), Set.of());
        String file = flags.only("snapshot save");
        String endpoint = flags.values().getOrDefault("endpoints", "127.0.0.1:2379");
        if (endpoint.contains(",")) {
            throw ToolException.usage(
                    "snapshot must be requested to one selected node, not multiple [" + endpoint + "]");
        }
        ToolEndpoint source =
                ToolEndpoint.of(flags.values(), "endpoints", endpoint, "", "").getFirst();
        new SnapshotSave(source, err, System::nanoTime).to(Path.of(file));
        out.println("Snapshot saved at " + file);
    }

    private void status(List<String> arguments) throws IOException {
        ToolFlags flags = ToolFlags.parse(arguments, Set.of(), Set.of());
        ToolOutput output = flags.output();
        try (SnapshotFile file = SnapshotFile.open(Path.of(flags.only("snapshot status")))) {
            out.print(output.print(columns(file.status())));
        }
    }

    private void verify(List<String> arguments) throws IOException {
        ToolFlags flags = ToolFlags.parse(arguments, Set.of(), Set.of("skip-hash-check"));
        ToolOutput output = flags.output();
        try (SnapshotFile file = SnapshotFile.open(Path.of(flags.only("snapshot verify")))) {
            if (!flags.isOn("skip-hash-check")) {
                file.requireHash();
            }
            out.print(output.print(columns(file.check())));
        }
    }

    private void restore(List<String> arguments) throws IOException {
        Set<String> valued = new HashSet<>(RestoreFlags.VALUED);
        valued.add("initial-memory-map-size");
        ToolFlags flags = ToolFlags.parse(arguments, valued, Set.of("skip-hash-check", "mark-compacted"));
        String snapshot = flags.only("snapshot restore");
        long bump = RestoreFlags.bump(flags);
        if (!(new SettingsReader("").read(RestoreFlags.member(flags), Map.of()) instanceof Invocation.Run run)) {
            throw ToolException.usage("the flags are not those of a member");
        }
        SnapshotRestore.Restored restored = new SnapshotRestore(run.settings(), new EtcdImport.Bump(bump, bump > 0))
                .from(Path.of(snapshot), !flags.isOn("skip-hash-check"));
        err.println("restored " + snapshot + " into "
                + run.settings().identity().dataDir() + ": revision "
                + restored.state().revision() + ", compacted at "
                + Math.max(0, restored.state().compactRevision()) + ", "
                + restored.state().leases() + " leases, "
                + restored.state().users() + " users; member "
                + MemberId.hex(restored.identity().memberId()) + " of cluster "
                + MemberId.hex(restored.identity().clusterId()));
    }

    private static List<ToolOutput.Column> columns(SnapshotFile.Status status) {
        return List.of(
                new ToolOutput.Column("HASH", "Hash", "hash", status.hash(), Long.toHexString(status.hash())),
                ToolOutput.Column.of("REVISION", "Revision", "revision", status.revision()),
                ToolOutput.Column.of("TOTAL KEYS", "Keys", "totalKey", status.totalKeys()),
                new ToolOutput.Column(
                        "TOTAL SIZE", "Size", "totalSize", status.totalBytes(), ToolOutput.size(status.totalBytes())));
    }
}
