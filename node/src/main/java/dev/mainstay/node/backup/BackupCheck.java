package dev.mainstay.node.backup;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import dev.mainstay.node.mvcc.KvCheck;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.snapshot.Trees;
import dev.mainstay.node.storage.StorageException;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Finds out whether a backup is what it was when it was made. One thread; used once. */
public final class BackupCheck {

    private final Repository repository;
    private final int parallel;
    private final String version;
    private final BackupProgress progress;
    private final InstantSource clock;
    private final List<String> findings = Collections.synchronizedList(new ArrayList<>());

    /**
     * @param parallel how many files are read at a time
     * @param version of Mainstay
     */
    public BackupCheck(
            Repository repository, int parallel, String version, BackupProgress progress, InstantSource clock) {
        this.repository = repository;
        this.parallel = parallel;
        this.version = version;
        this.progress = progress;
        this.clock = clock;
    }

    /** Reads and decodes every object of a backup and compares it with its SHA-256. */
    public Verified checksums(BackupManifest manifest) throws IOException {
        FileTransfer transfer = new FileTransfer(repository, progress::add);
        progress.begin("reading " + manifest.files().size() + " files of " + manifest.id(), manifest.bytes());
        Parallel.each(manifest.files(), parallel, file -> found(() -> transfer.check(file)));
        return result("checksum");
    }

    /**
     * Restores a backup, and compares what all its keys come to with the manifest.
     *
     * @param scratch a directory to be made and deleted again
     */
    public Verified restore(BackupManifest manifest, Path scratch) throws IOException {
        Files.createDirectory(scratch);
        try {
            FileTransfer transfer = new FileTransfer(repository, progress::add);
            progress.begin("restoring " + manifest.files().size() + " files of " + manifest.id(), manifest.bytes());
            Parallel.each(manifest.files(), parallel, file -> found(() -> transfer.fetch(file, scratch)));
            if (findings.isEmpty()) {
                progress.say("reading all keys");
                compare(manifest, scratch);
            }
        } finally {
            Trees.delete(scratch);
        }
        return result("restore");
    }

    private void compare(BackupManifest manifest, Path store) {
        try (RocksStore engine = RocksStore.openReadOnly(store, Tables.all(), RocksSettings.aside())) {
            KvCheck check = new KvCheck(engine, finding -> findings.add("keys: " + finding), new KvCheck.Visitor() {
                @Override
                public void leased(Bytes key, long lease) {}

                @Override
                public void progress(long rows) {}
            });
            KvCheck.Totals totals = check.run();
            KeyspaceDigest digest = KeyspaceDigest.of(KvStore.open(engine), () -> false)
                    .orElseThrow(() -> new IllegalStateException("the keys can't be hashed"));
            KeyspaceDigest wanted = manifest.keys();
            same("revision", wanted.revision(), digest.revision());
            same("compact revision", wanted.compactRevision(), digest.compactRevision());
            same("number of keys", wanted.keys(), totals.keys());
            same("counted number of keys", wanted.keys(), digest.keys());
            same("hash of all keys", Integer.toUnsignedLong(wanted.hash()), Integer.toUnsignedLong(digest.hash()));
            same(
                    "raft index",
                    manifest.origin().raftIndex(),
                    Applier.position(engine::get).index());
        } catch (StorageException | IllegalStateException e) {
            findings.add("the restored store can't be read: " + e.getMessage());
        }
    }

    private void same(String what, long wanted, long found) {
        if (wanted != found) {
            findings.add("the " + what + " is " + found + ", and was " + wanted);
        }
    }

    private interface Step {
        void take() throws IOException;
    }

    private void found(Step step) throws IOException {
        try {
            step.take();
        } catch (BackupException e) {
            if (e.reason() == BackupException.Reason.KEY) {
                throw e;
            }
            findings.add(String.valueOf(e.getMessage()));
        }
    }

    private Verified result(String mode) {
        return new Verified(
                clock.instant(), mode, version, findings.stream().sorted().toList());
    }
}
