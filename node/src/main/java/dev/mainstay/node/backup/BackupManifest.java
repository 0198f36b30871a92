package dev.mainstay.node.backup;

import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a backup is: all that a restore needs, and what the result must come to. A backup exists if its manifest does.
 *
 * @param finished when it was whole
 * @param version of Mainstay that made it
 * @param origin where the state comes from
 * @param keys what all keys come to
 * @param parent the backup that most of the files that weren't sent again come from, if there is one
 * @param files of the store
 * @param tags that it was given
 */
public record BackupManifest(
        BackupId id,
        Instant finished,
        String version,
        Origin origin,
        KeyspaceDigest keys,
        Optional<BackupId> parent,
        List<StoredFile> files,
        SortedMap<String, String> tags) {

    /**
     * Where a state comes from.
     *
     * @param kind {@code member} if it was a running one, {@code directory} if it was stopped
     * @param raftTerm of the last log entry that the state holds, as its index
     * @param archiveLine the line of the archive that goes on from it, 0 for none
     */
    public record Origin(String kind, long clusterId, long memberId, long raftTerm, long raftIndex, long archiveLine) {}

    public BackupManifest {
        files = List.copyOf(files);
        tags = new TreeMap<>(tags);
        Set<String> names = new HashSet<>();
        for (StoredFile file : files) {
            if (!names.add(file.name())) {
                throw new IllegalArgumentException("file " + file.name() + " is named twice");
            }
        }
    }

    /** Bytes of the state. */
    public long bytes() {
        return files.stream().mapToLong(StoredFile::bytes).sum();
    }

    /** Bytes that its objects take, with those that other backups share. */
    public long storedBytes() {
        return files.stream().mapToLong(StoredFile::storedBytes).sum();
    }

    /** Bytes of the objects that it added. */
    public long addedBytes() {
        return files.stream()
                .filter(file -> !file.reused())
                .mapToLong(StoredFile::storedBytes)
                .sum();
    }

    JsonObject toJson() {
        JsonArray list = new JsonArray();
        files.forEach(file -> list.add(file.toJson()));
        JsonObject named = new JsonObject();
        tags.forEach(named::put);
        JsonObject json = new JsonObject()
                .put("id", id.text())
                .put("finished", finished.toString())
                .put("mainstayVersion", version)
                .put("source", origin.kind())
                .put("clusterId", MemberId.hex(origin.clusterId()))
                .put("memberId", MemberId.hex(origin.memberId()))
                .put("raftTerm", origin.raftTerm())
                .put("raftIndex", origin.raftIndex())
                .put("revision", keys.revision())
                .put("compactRevision", keys.compactRevision())
                .put("keys", keys.keys())
                .put("hash", Integer.toUnsignedLong(keys.hash()))
                .put("files", list)
                .put("tags", named);
        if (origin.archiveLine() != 0) {
            json.put("archiveLine", SegmentName.lineText(origin.archiveLine()));
        }
        parent.ifPresent(other -> json.put("parent", other.text()));
        return json;
    }

    /** @throws RuntimeException if that is no manifest */
    static BackupManifest fromJson(JsonObject json) {
        List<StoredFile> files = new ArrayList<>();
        for (Object one : json.getJsonArray("files")) {
            files.add(StoredFile.fromJson((JsonObject) one));
        }
        SortedMap<String, String> tags = new TreeMap<>();
        for (Map.Entry<String, Object> tag : json.getJsonObject("tags")) {
            tags.put(tag.getKey(), (String) tag.getValue());
        }
        return new BackupManifest(
                new BackupId(json.getString("id")),
                Instant.parse(json.getString("finished")),
                json.getString("mainstayVersion"),
                new Origin(
                        json.getString("source"),
                        Long.parseUnsignedLong(json.getString("clusterId"), 16),
                        Long.parseUnsignedLong(json.getString("memberId"), 16),
                        json.getLong("raftTerm"),
                        json.getLong("raftIndex"),
                        Long.parseUnsignedLong(json.getString("archiveLine", "0"), 16)),
                new KeyspaceDigest(
                        json.getLong("revision"),
                        json.getLong("compactRevision"),
                        json.getLong("keys"),
                        json.getLong("hash").intValue()),
                Optional.ofNullable(json.getString("parent")).map(BackupId::new),
                files,
                tags);
    }
}
