package dev.mainstay.operator.task;

import dev.mainstay.operator.cluster.desired.NodeImage;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code mainstay backup} or {@code mainstay archive} beside a store.
 *
 * @param tool which of them
 * @param name of its job
 * @param owner what it goes with
 * @param labels of the job, but not of its pods
 * @param image what it runs
 * @param store where backups are
 * @param path of the cluster in the store; empty = the store itself
 * @param command the tool's command and its flags, but for those of the store
 * @param deadline when it counts as stuck
 * @param cluster whose members it calls; null for none
 * @param claim a volume that it writes at {@link #DATA}; empty for none
 * @param scratch whether it needs room at {@link #SCRATCH}
 */
public record Task(
        String tool,
        String name,
        HasMetadata owner,
        Map<String, String> labels,
        NodeImage image,
        StoreAccess store,
        String path,
        List<String> command,
        Duration deadline,
        @Nullable ClusterAccess cluster,
        String claim,
        boolean scratch) {

    private static final String BACKUP = "backup";
    private static final String ARCHIVE = "archive";

    /** Where a member's volume is mounted, as in its pod. */
    public static final String DATA = "/data";

    /** Where there is room for what is thrown away again. */
    public static final String SCRATCH = "/scratch";

    public Task {
        labels = Map.copyOf(labels);
        command = List.copyOf(command);
    }

    /** One that needs nothing but the store. */
    public static Task of(
            String name,
            HasMetadata owner,
            NodeImage image,
            StoreAccess store,
            String path,
            List<String> command,
            Duration deadline) {
        return new Task(BACKUP, name, owner, Map.of(), image, store, path, command, deadline, null, "", false);
    }

    /** The same, by the tool for archives. */
    public Task ofArchive() {
        return new Task(ARCHIVE, name, owner, labels, image, store, path, command, deadline, cluster, claim, scratch);
    }

    /** The same, calling members. */
    public Task calling(ClusterAccess members) {
        return new Task(tool, name, owner, labels, image, store, path, command, deadline, members, claim, scratch);
    }

    /** The same, with room to restore to. */
    public Task withScratch() {
        return new Task(tool, name, owner, labels, image, store, path, command, deadline, cluster, claim, true);
    }

    /** The same, writing a member's volume. */
    public Task writing(String volume, Map<String, String> jobLabels) {
        return new Task(tool, name, owner, jobLabels, image, store, path, command, deadline, cluster, volume, scratch);
    }
}
