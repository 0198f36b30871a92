package dev.mainstay.node.server;

import dev.mainstay.node.backup.BackupManifest;
import dev.mainstay.node.backup.BackupSource;
import dev.mainstay.node.consensus.LogInspection;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import dev.mainstay.node.snapshot.CheckpointFile;
import dev.mainstay.node.snapshot.StoreReading;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The store in the data directory of a member that doesn't run, and is kept from starting meanwhile. */
final class StoppedSource implements BackupSource {

    private final StoppedMember member;
    private final BackupManifest.Origin origin;
    private final List<CheckpointFile> files;

    private StoppedSource(StoppedMember member, BackupManifest.Origin origin, List<CheckpointFile> files) {
        this.member = member;
        this.origin = origin;
        this.files = files;
    }

    /**
     * Opens a directory.
     *
     * @param logDirectory where the log is; null for its usual place
     * @throws ToolException if it is no member's, the member runs, or its log knows more than its store
     */
    static StoppedSource open(Path directory, @Nullable Path logDirectory) throws IOException {
        StoppedMember member = StoppedMember.open(directory, logDirectory);
        try {
            NodeIdentity identity = member.identity();
            StoreReading.Standing standing = StoreReading.standing(member.store());
            LogInspection log = LogInspection.of(
                    member.logDirectory(),
                    member.acknowledged(),
                    identity.clusterId(),
                    identity.generation(),
                    standing.position(),
                    _ -> {});
            long acknowledged = Math.max(log.acknowledged(), standing.position().index());
            if (acknowledged > standing.position().index()) {
                throw ToolException.failed("the member in " + directory + " acknowledged writes up to log index "
                        + acknowledged + ", its store holds those up to "
                        + standing.position().index()
                        + ", since it was killed. Start it once and stop it, or back up another member.");
            }
            return new StoppedSource(
                    member,
                    new BackupManifest.Origin(
                            "directory",
                            identity.clusterId(),
                            identity.memberId(),
                            standing.position().term(),
                            standing.position().index(),
                            standing.archiveLine()),
                    CheckpointFile.list(member.store()));
        } catch (IOException | RuntimeException e) {
            member.close();
            throw e;
        }
    }

    @Override
    public BackupManifest.Origin origin() {
        return origin;
    }

    @Override
    public List<CheckpointFile> files() {
        return files;
    }

    @Override
    public InputStream read(CheckpointFile file) throws IOException {
        return Files.newInputStream(member.store().resolve(file.name()));
    }

    @Override
    public KeyspaceDigest digest() throws IOException {
        return StoreReading.digest(member.store(), () -> false);
    }

    @Override
    public void close() throws IOException {
        member.close();
    }
}
