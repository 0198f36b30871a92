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
        command.addAll(moment(source));
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

    /** What is brought back: a backup as it is, all that there is, or a moment. */
    private static List<String> moment(EtcdClusterStatus.Restored source) {
        PointInTime target = source.target();
        if (target != null) {
            return target(target);
        }
        return source.backup().equals(EtcdClusterStatus.Restored.NEWEST)
                ? List.of(source.backup(), "--to-latest", "--if-archived")
                : List.of(source.backup());
    }

    /** A moment, as flags. */
    public static List<String> target(PointInTime target) {
        List<String> flags = new ArrayList<>();
        flags.add(target.revision() != null ? "--to-revision=" + target.revision() : "--to-time=" + target.timestamp());
        if (target.line() != null) {
            flags.add("--line=" + target.line());
        }
        return flags;
    }
}
