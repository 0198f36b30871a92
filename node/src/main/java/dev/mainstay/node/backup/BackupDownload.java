package dev.mainstay.node.backup;

import dev.mainstay.node.snapshot.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fetches the store of a backup. One thread. */
public final class BackupDownload {

    private final Repository repository;
    private final int parallel;
    private final BackupProgress progress;

    /** @param parallel how many files are fetched at a time; each takes some hundred KiB of memory */
    public BackupDownload(Repository repository, int parallel, BackupProgress progress) {
        this.repository = repository;
        this.parallel = parallel;
        this.progress = progress;
    }

    /**
     * Makes a directory of a backup's files, checked and durable.
     *
     * @throws BackupException of reason DAMAGED or KEY if a file isn't what was sent; the directory is of no use then
     */
    public void into(Path directory, BackupManifest manifest) throws IOException {
        Files.createDirectory(directory);
        progress.begin("fetching " + manifest.files().size() + " files of " + manifest.id(), manifest.bytes());
        FileTransfer transfer = new FileTransfer(repository, progress::add);
        Parallel.each(manifest.files(), parallel, file -> transfer.fetch(file, directory));
        Trees.force(directory);
    }
}
