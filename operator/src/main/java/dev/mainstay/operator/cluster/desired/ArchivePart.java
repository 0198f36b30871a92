package dev.mainstay.operator.cluster.desired;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the pod of a member has beside the usual, so that the member archives. Pure.
 *
 * @param flags of the node
 * @param volumes with what it needs to reach the store
 * @param mounts where they are
 * @param labels of the pod
 * @param account service account of the pod; empty = the cluster's
 * @param readOnce a hash of those files that a process reads once, so that others need another process
 */
public record ArchivePart(
        List<String> flags,
        List<Volume> volumes,
        List<VolumeMount> mounts,
        Map<String, String> labels,
        String account,
        String readOnce) {

    public ArchivePart {
        flags = List.copyOf(flags);
        volumes = List.copyOf(volumes);
        mounts = List.copyOf(mounts);
        labels = new TreeMap<>(labels);
    }

    /** Changes when anything does but what stands in the files. */
    String shape() {
        return Hashes.object(new ArchivePart(flags, volumes, mounts, labels, account, ""));
    }

    /** Changes when anything does. */
    public String hash() {
        return Hashes.object(this);
    }
}
