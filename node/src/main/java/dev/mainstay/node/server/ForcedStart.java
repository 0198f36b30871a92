package dev.mainstay.node.server;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.ForcedLog;
import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.RaftSettings;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.server.DataDirectoryException.Problem;
import dev.mainstay.node.server.NodeIdentity.Forcing;
import dev.mainstay.node.server.settings.MemberUrl;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * {@code --force-new-cluster}: a member leaves all others, whose quorum is lost, and begins anew alone with its data, in the next
 * generation of the cluster. What it was told and whether it is done stands in {@code identity.json}, so that a crash in between is
 * gone on from, and a flag that was left in a manifest does nothing a second time.
 */
final class ForcedStart {

    private static final System.Logger LOG = System.getLogger(ForcedStart.class.getName());

    private final DataDirectory directory;
    private final NodeIdentity onDisk;

    ForcedStart(DataDirectory directory) {
        this.directory = directory;
        this.onDisk = directory.identity();
    }

    /**
     * Looks what the flag asks for; nothing is changed for it yet. To be called at each start, before the state is opened.
     *
     * @throws DataDirectoryException if the directory can't be used like this
     */
    void note(boolean flag) throws DataDirectoryException, IOException {
        NodeIdentity identity = directory.identity();
        switch (identity.forcing()) {
            case NONE -> {
                if (flag) {
                    begin(identity);
                }
            }
            case BEGUN -> {
                if (!flag) {
                    throw new DataDirectoryException(
                            Problem.FORCING,
                            directory.path(),
                            "is of a member that was told to begin anew alone and didn't come to an end with it. Start"
                                    + " it with --force-new-cluster again.");
                }
            }
            case DONE -> {
                if (flag) {
                    LOG.log(
                            Level.WARNING,
                            "--force-new-cluster was carried out at an earlier start, and does nothing now. Take it out"
                                    + " of the flags; to force this member once more, start it without the flag in"
                                    + " between.");
                } else {
                    directory.rewrite(identity.forced(identity.generation(), Forcing.NONE));
                }
            }
        }
    }

    private void begin(NodeIdentity identity) throws DataDirectoryException, IOException {
        if (directory.isEmpty()) {
            LOG.log(Level.WARNING, "--force-new-cluster does nothing: there are no data to begin anew with");
            return;
        }
        if (identity.generation() == RaftSettings.MAX_GENERATION) {
            throw new DataDirectoryException(
                    Problem.FORCING,
                    directory.path(),
                    "was forced to begin anew " + identity.generation()
                            + " times, which is the most. Restore a snapshot of" + " it into a new cluster.");
        }
        directory.plan(identity.forced(identity.generation() + 1, Forcing.BEGUN));
    }

    /** Whether the member is to begin anew alone in this start. */
    boolean isWanted() {
        return directory.identity().forcing() == Forcing.BEGUN;
    }

    /**
     * Makes the log that of one alone, or finds that it can't be before anything is changed. Before it is opened.
     *
     * @param log in the generation that begins
     * @param durable where the state stands without the log
     */
    void prepare(RaftSettings log, LogPosition durable) throws IOException {
        NodeIdentity identity = directory.identity();
        if (onDisk.forcing() != Forcing.BEGUN) {
            ForcedLog.check(log.ofGeneration(onDisk.generation()), durable);
            directory.rewrite(identity);
        }
        ForcedLog.adopt(log);
        ForcedLog.Forced forced = ForcedLog.extend(
                log,
                durable,
                List.of(new GroupControl.Peer(
                        identity.memberId(),
                        MemberUrl.parse(identity.peerUrls().getFirst()).hostAndPort(),
                        false)),
                new Command.ForceNewCluster(
                        new Member(identity.memberId(), identity.name(), identity.peerUrls(), List.of(), false)));
        LOG.log(
                Level.WARNING,
                "--force-new-cluster: member " + MemberId.hex(identity.memberId()) + " of cluster "
                        + MemberId.hex(identity.clusterId())
                        + " begins anew alone. It keeps its whole log, up to index "
                        + forced.last().index() + " (term " + forced.last().term() + "), "
                        + (forced.last().index() > forced.acknowledged()
                                ? "entries " + (forced.acknowledged() + 1) + " to "
                                        + forced.last().index()
                                        + " of it without knowing whether they had been committed"
                                : "all of which it knew to be committed"));
    }

    /**
     * The member leads alone.
     *
     * @param before the members as known at the start
     * @param now the members now
     * @throws IOException if the end of its log said that it had been removed
     */
    void done(Members before, Members now) throws IOException {
        NodeIdentity identity = directory.identity();
        if (now.isRemoved(identity.memberId())) {
            throw new IOException("--force-new-cluster: by its log, member " + MemberId.hex(identity.memberId())
                    + " was removed from its cluster and can't come back. Force another member.");
        }
        directory.rewrite(identity.forced(identity.generation(), Forcing.DONE));
        List<String> left = now.removed().stream()
                .filter(id -> !before.isRemoved(id))
                .map(id -> MemberId.hex(id)
                        + before.find(id)
                                .map(member ->
                                        " (" + member.name() + " at " + String.join(",", member.peerUrls()) + ")")
                                .orElse(""))
                .toList();
        LOG.log(
                Level.WARNING,
                "--force-new-cluster is done: out of the cluster for ever are "
                        + (left.isEmpty() ? "no others" : String.join(", ", left))
                        + "; their data directories are of no use any more. Take the flag out, and grow the cluster with"
                        + " member add.");
    }
}
