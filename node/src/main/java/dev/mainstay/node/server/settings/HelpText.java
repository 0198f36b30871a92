package dev.mainstay.node.server.settings;

import java.util.Locale;

/** What {@code --help} prints. */
final class HelpText {

    private static final String USAGE = """
            Usage:

              mainstay [server] [flags]
                Start a node.

              mainstay backup create|list|verify|prune|restore
                Keep backups in a directory or an object store; mainstay backup --help says more.

              mainstay snapshot save|restore|status|verify
                Save snapshots of a running member, and work with them while none runs; mainstay snapshot --help says more.

              mainstay check-data|hashkv|compact <data directory>
                Look at, hash or rewrite the data of a member that doesn't run; with --help they say more.

              mainstay --version
                Print the version.

            Flags are etcd's. Each can be given as an environment variable too, --data-dir as ETCD_DATA_DIR or
            MAINSTAY_DATA_DIR, or as a key of the file named by --config-file, which then stands alone.
            """;

    private final FlagTable table;

    HelpText(FlagTable table) {
        this.table = table;
    }

    String text() {
        StringBuilder text = new StringBuilder(USAGE);
        String group = "";
        for (Flag flag : table.all()) {
            if (!flag.group().equals(group)) {
                group = flag.group();
                text.append('\n').append(group).append(":\n");
            }
            text.append("  --").append(flag.name()).append(" '").append(flag.defaultText());
            text.append("'\n    ").append(flag.meaning());
            if (flag.support() != Support.HONOURED) {
                String kind = flag.support().name().toLowerCase(Locale.ROOT);
                text.append(" (").append(kind).append(": ").append(flag.note()).append(')');
            }
            text.append('\n');
        }
        text.append("\nOld names:\n");
        table.renamed().keySet().stream()
                .sorted()
                .forEach(old -> text.append("  --")
                        .append(old)
                        .append("\n    Now ")
                        .append(table.successor(old).orElseThrow().replace("gate ", "--feature-gates="))
                        .append(".\n"));
        return text.toString();
    }
}
