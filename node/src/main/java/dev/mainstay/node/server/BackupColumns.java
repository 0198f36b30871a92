package dev.mainstay.node.server;

import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.archive.Stretch;
import dev.mainstay.node.backup.ArchivePrune;
import dev.mainstay.node.backup.ArchiveSummary;
import dev.mainstay.node.backup.BackupId;
import dev.mainstay.node.backup.BackupManifest;
import dev.mainstay.node.backup.Prune;
import dev.mainstay.node.backup.RecoveryWindow;
import dev.mainstay.node.backup.Verified;
import dev.mainstay.node.membership.MemberId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How {@code mainstay backup} shows what it found and did. Programs read the JSON: names there only ever come, and never go. */
final class BackupColumns {

    /** The heads of {@link #of(BackupManifest, Optional)}. */
    static final List<ToolOutput.Column> TITLES = titles();

    private BackupColumns() {}

    private static List<ToolOutput.Column> titles() {
        List<ToolOutput.Column> titles = new ArrayList<>();
        for (String title : List.of(
                "ID",
                "REVISION",
                "COMPACTED",
                "KEYS",
                "HASH",
                "SIZE",
                "STORED",
                "ADDED",
                "FILES",
                "SENT",
                "MEMBER",
                "CLUSTER",
                "LOG INDEX",
                "KEY",
                "VERIFIED",
                "TAGS",
                "LINE",
                "REACHES",
                "UNTIL")) {
            titles.add(ToolOutput.Column.of(title, title, title, ""));
        }
        return List.copyOf(titles);
    }

    /** A backup without the archive. */
    static List<ToolOutput.Column> of(BackupManifest backup, Optional<Verified> verified) {
        return of(backup, verified, List.of());
    }

    /** A backup, and how far the archive goes on from it. */
    static List<ToolOutput.Column> of(
            BackupManifest backup, Optional<Verified> verified, List<RecoveryWindow> windows) {
        Optional<RecoveryWindow> window =
                windows.stream().filter(one -> one.backups().contains(backup)).findFirst();
        BackupManifest.Origin origin = backup.origin();
        long hash = Integer.toUnsignedLong(backup.keys().hash());
        long sent = backup.files().stream().filter(file -> !file.reused()).count();
        String keyIds = backup.files().stream()
                .map(file -> file.keyId())
                .filter(id -> !id.isEmpty())
                .distinct()
                .sorted()
                .collect(Collectors.joining(" "));
        JsonObject tags = new JsonObject();
        backup.tags().forEach(tags::put);
        return List.of(
                ToolOutput.Column.of("ID", "Id", "id", backup.id().text()),
                ToolOutput.Column.of(
                        "REVISION", "Revision", "revision", backup.keys().revision()),
                ToolOutput.Column.of(
                        "COMPACTED",
                        "Compacted",
                        "compactRevision",
                        Math.max(0, backup.keys().compactRevision())),
                ToolOutput.Column.of("KEYS", "Keys", "keys", backup.keys().keys()),
                new ToolOutput.Column("HASH", "Hash", "hash", hash, Long.toHexString(hash)),
                size("SIZE", "Size", "bytes", backup.bytes()),
                size("STORED", "Stored", "storedBytes", backup.storedBytes()),
                size("ADDED", "Added", "addedBytes", backup.addedBytes()),
                ToolOutput.Column.of("FILES", "Files", "files", backup.files().size()),
                ToolOutput.Column.of("SENT", "Sent", "sentFiles", sent),
                ToolOutput.Column.of("MEMBER", "Member", "memberId", MemberId.hex(origin.memberId())),
                ToolOutput.Column.of("CLUSTER", "Cluster", "clusterId", MemberId.hex(origin.clusterId())),
                ToolOutput.Column.of("LOG INDEX", "LogIndex", "raftIndex", origin.raftIndex()),
                ToolOutput.Column.of("KEY", "Key", "keyId", keyIds),
                verified(verified),
                new ToolOutput.Column(
                        "TAGS",
                        "Tags",
                        "tags",
                        tags,
                        backup.tags().entrySet().stream()
                                .map(tag -> tag.getKey() + "=" + tag.getValue())
                                .collect(Collectors.joining(" "))),
                ToolOutput.Column.of(
                        "LINE",
                        "Line",
                        "archiveLine",
                        origin.archiveLine() == 0 ? "" : SegmentName.lineText(origin.archiveLine())),
                ToolOutput.Column.of(
                        "REACHES",
                        "Reaches",
                        "toRevision",
                        window.map(RecoveryWindow::toRevision)
                                .orElse(backup.keys().revision())),
                ToolOutput.Column.of(
                        "UNTIL",
                        "Until",
                        "toTime",
                        window.map(one -> one.to().toString()).orElse("")));
    }

    /** The heads of {@link #of(RecoveryWindow)}. */
    static final List<ToolOutput.Column> WINDOW_TITLES = List.of(
            ToolOutput.Column.of("LINE", "Line", "archiveLine", ""),
            ToolOutput.Column.of("FROM REVISION", "FromRevision", "fromRevision", ""),
            ToolOutput.Column.of("TO REVISION", "ToRevision", "toRevision", ""),
            ToolOutput.Column.of("FROM", "From", "fromTime", ""),
            ToolOutput.Column.of("TO", "To", "toTime", ""),
            ToolOutput.Column.of("BACKUPS", "Backups", "backups", ""),
            ToolOutput.Column.of("SEGMENTS", "Segments", "segments", ""));

    /** What can be restored from one part of the archive. */
    static List<ToolOutput.Column> of(RecoveryWindow window) {
        return List.of(
                ToolOutput.Column.of("LINE", "Line", "archiveLine", SegmentName.lineText(window.line())),
                ToolOutput.Column.of("FROM REVISION", "FromRevision", "fromRevision", window.fromRevision()),
                ToolOutput.Column.of("TO REVISION", "ToRevision", "toRevision", window.toRevision()),
                ToolOutput.Column.of("FROM", "From", "fromTime", window.from().toString()),
                ToolOutput.Column.of("TO", "To", "toTime", window.to().toString()),
                ids(
                        "BACKUPS",
                        "Backups",
                        "backups",
                        window.backups().stream().map(BackupManifest::id).toList()),
                ToolOutput.Column.of(
                        "SEGMENTS",
                        "Segments",
                        "segments",
                        window.stretch().segments().size()));
    }

    /** What an archive comes to. Of what there isn't, numbers are 0 and texts empty. */
    static List<ToolOutput.Column> of(ArchiveSummary summary) {
        Optional<RecoveryWindow> window = summary.window();
        return List.of(
                ToolOutput.Column.of(
                        "LINE",
                        "Line",
                        "archiveLine",
                        summary.newest()
                                .map(part -> SegmentName.lineText(
                                        part.segments().getFirst().line()))
                                .orElse("")),
                ToolOutput.Column.of(
                        "SINCE",
                        "Since",
                        "sinceRevision",
                        summary.newest().map(Stretch::fromRevision).orElse(0L)),
                ToolOutput.Column.of("BACKED", "Backed", "backed", summary.isBacked()),
                ToolOutput.Column.of(
                        "FROM REVISION",
                        "FromRevision",
                        "fromRevision",
                        window.map(RecoveryWindow::fromRevision).orElse(0L)),
                ToolOutput.Column.of(
                        "TO REVISION",
                        "ToRevision",
                        "toRevision",
                        window.map(RecoveryWindow::toRevision).orElse(0L)),
                ToolOutput.Column.of(
                        "FROM",
                        "From",
                        "fromTime",
                        window.map(one -> one.from().toString()).orElse("")),
                ToolOutput.Column.of(
                        "TO",
                        "To",
                        "toTime",
                        window.map(one -> one.to().toString()).orElse("")),
                ToolOutput.Column.of("WINDOWS", "Windows", "windows", summary.windows()),
                ToolOutput.Column.of("GAPS", "Gaps", "gaps", summary.gaps()),
                ToolOutput.Column.of("BACKUPS", "Backups", "backups", summary.backups()));
    }

    private static ToolOutput.Column verified(Optional<Verified> verified) {
        if (verified.isEmpty()) {
            return new ToolOutput.Column("VERIFIED", "Verified", "verified", new JsonObject(), "no");
        }
        Verified found = verified.get();
        JsonObject json = new JsonObject()
                .put("good", found.isGood())
                .put("mode", found.mode().toLowerCase(Locale.ROOT))
                .put("time", found.time().toString())
                .put("findings", new JsonArray(found.findings()));
        return new ToolOutput.Column(
                "VERIFIED", "Verified", "verified", json, found.isGood() ? found.mode() : "DAMAGED");
    }

    /** What pruning did. */
    static List<ToolOutput.Column> of(Prune.Result result, ArchivePrune.Result archive, boolean dryRun) {
        return List.of(
                ids("DELETED", "Deleted", "deleted", result.deleted()),
                ids("KEPT", "Kept", "kept", result.kept()),
                ids("GIVEN UP", "GivenUp", "givenUp", result.givenUp()),
                ToolOutput.Column.of("CONDEMNED", "Condemned", "condemnedFiles", result.condemned()),
                ToolOutput.Column.of("WAITING", "Waiting", "waitingFiles", result.waiting()),
                ToolOutput.Column.of("FILES", "Files", "deletedFiles", result.deletedFiles()),
                size("FREED", "Freed", "deletedBytes", result.deletedBytes()),
                ToolOutput.Column.of("SEGMENTS", "Segments", "deletedSegments", archive.deleted()),
                size("FREED THERE", "FreedThere", "deletedSegmentBytes", archive.deletedBytes()),
                ToolOutput.Column.of("DRY RUN", "DryRun", "dryRun", dryRun));
    }

    private static ToolOutput.Column ids(String title, String fieldName, String jsonName, List<BackupId> ids) {
        List<String> texts = ids.stream().map(BackupId::text).toList();
        return new ToolOutput.Column(title, fieldName, jsonName, new JsonArray(texts), Integer.toString(texts.size()));
    }

    private static ToolOutput.Column size(String title, String fieldName, String jsonName, long bytes) {
        return new ToolOutput.Column(title, fieldName, jsonName, bytes, ToolOutput.size(bytes));
    }
}
