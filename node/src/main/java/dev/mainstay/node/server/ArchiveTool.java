package dev.mainstay.node.server;

import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.backup.ArchiveCheck;
import dev.mainstay.node.backup.ArchiveSummary;
import dev.mainstay.node.backup.BackupManifest;
import dev.mainstay.node.backup.RecoveryWindow;
import dev.mainstay.node.backup.Repository;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code mainstay archive}: what can be restored to any moment, and whether the archive is what was put there. */
final class ArchiveTool {

    private static final int FOUND = 2;
    private static final String SUMMARY = "summary";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;

    /** @param terminal whether people read the errors as they come */
    ArchiveTool(PrintStream out, PrintStream err, boolean terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    /** Does what the arguments after {@code archive} say; the exit code. */
    int run(List<String> arguments) {
        return ResultFile.around(
                arguments,
                out,
                err,
                (rest, printed, complained, watcher) ->
                        new ArchiveTool(printed, complained, terminal).run(rest, watcher));
    }

    private int run(List<String> arguments, ResultFile.Watcher watcher) {
        if (arguments.isEmpty() || arguments.contains("--help") || arguments.contains("-h")) {
            out.print(BackupHelp.archiveText());
            return 0;
        }
        return ToolRun.of(
                err,
                () -> watcher.watched(() -> {
                    List<String> rest = arguments.subList(1, arguments.size());
                    return switch (arguments.getFirst()) {
                        case "status" -> status(rest);
                        case "verify" -> verify(rest);
                        default ->
                            throw ToolException.usage("unknown command \"" + arguments.getFirst()
                                    + "\" for \"mainstay archive\": it is one of status, verify");
                    };
                }));
    }

    private int status(List<String> arguments) throws IOException {
        BackupFlags flags = BackupFlags.parse(arguments, Set.of(), Set.of(SUMMARY));
        flags.requireNoOthers("archive status");
        ToolOutput output = flags.output();
        List<String> faults = new ArrayList<>();
        try (BackupFlags.OpenStore store = flags.open()) {
            Repository repository = Repository.open(store.objects(), store.codec());
            List<BackupManifest> manifests =
                    repository.manifests((id, e) -> faults.add("backup " + id + ": " + e.getMessage()));
            Map<Long, List<SegmentName>> lines = repository.archive().names();
            if (flags.isOn(SUMMARY)) {
                faults.forEach(fault -> err.println("Warning: " + fault));
                out.print(output.print(BackupColumns.of(ArchiveSummary.of(manifests, lines))));
                return 0;
            }
            List<RecoveryWindow> windows = RecoveryWindow.of(manifests, lines);
            faults.addAll(ArchiveCheck.gaps(lines));
            lines.forEach((line, names) -> {
                if (windows.stream().noneMatch(window -> window.line() == line)) {
                    faults.add("line " + SegmentName.lineText(line) + " has " + names.size()
                            + " segments and no backup that they go on from: make one");
                }
            });
            out.print(output.printAll(
                    BackupColumns.WINDOW_TITLES,
                    windows.stream().map(BackupColumns::of).toList()));
        }
        return told(faults);
    }

    private int verify(List<String> arguments) throws IOException {
        BackupFlags flags = BackupFlags.parse(arguments, Set.of(), Set.of());
        flags.requireNoOthers("archive verify");
        List<String> findings;
        try (BackupFlags.OpenStore store = flags.open();
                ToolProgress progress = new ToolProgress(err, terminal, System::nanoTime)) {
            Repository repository = Repository.open(store.objects(), store.codec());
            findings = new ArchiveCheck(repository.archive(), progress)
                    .run(repository.archive().names());
            progress.end();
        }
        return told(findings);
    }

    private int told(List<String> faults) {
        faults.forEach(fault -> err.println("Error: " + fault));
        return faults.isEmpty() ? 0 : FOUND;
    }
}
