package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.PointInTime;
import java.util.ArrayList;
import java.util.List;

/** The command that makes a backup into the data of a cluster's first member: of the very flags that the member then starts with. Pure. */
public final class RestoreCommand {

    private RestoreCommand() {}

    /** For {@code member}, the first of an incarnation. */
    public static List<String> of(
            EtcdCluster cluster, String member, int incarnation, EtcdClusterStatus.Restored source) {
        String url = Names.peerUrl(cluster, member);
        List<String> command = new ArrayList<>();
        command.add("restore");
        PointInTime target = source.target();
        if (target == null) {
            command.add(source.backup());
        } else if (target.revision() != null) {
            command.add("--to-revision=" + target.revision());
        } else {
            command.add("--to-time=" + target.timestamp());
        }
        command.add("--data-dir=" + NodeArguments.DATA_DIRECTORY);
        command.add("--name=" + member);
        command.add("--initial-cluster=" + member + "=" + url);
        command.add("--initial-cluster-token=" + Names.token(cluster, incarnation));
        command.add("--initial-advertise-peer-urls=" + url);
        if (source.bumpedBy() != null) {
            command.add("--bump-revision=" + source.bumpedBy());
            command.add("--mark-compacted");
        }
        command.add("--if-absent");
        return command;
    }
}
