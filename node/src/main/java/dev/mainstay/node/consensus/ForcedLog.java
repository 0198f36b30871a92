package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * Makes the log of one of several members that of one alone. Two entries are put behind its end: a configuration that names
 * nobody else, and a command that says the same to the replicated state. They come into a file of their own, which gets its name
 * when it is durable, so that either both are there or none. Ratis goes by the configuration with the highest index, elects the
 * member in a moment, and commits everything before.
 *
 * <p>All that the log held stays, whether or not this member knew it to be committed: what a majority had acknowledged is in
 * it as far as this member had it, and who was never answered can't tell either way. Used before the log is opened; whatever
 * it does may be repeated after a crash at any point.
 */
public final class ForcedLog {

    private static final String FRESH = "forced.new";
    private static final int BUFFER_BYTES = 1 << 20;

    private ForcedLog() {}

    /**
     * What became of the log.
     *
     * @param last the last entry that was there before
     * @param acknowledged the last of those that a client may have been told of by this member
     */
    public record Forced(LogPosition last, long acknowledged) {}

    /**
     * Gives the log the name that it has in the generation of these settings, if it still has that of the one before. To be
     * called at each start.
     */
    public static void adopt(RaftSettings settings) throws IOException {
        Path group = group(settings);
        if (settings.generation() == 0 || Files.exists(group)) {
            return;
        }
        Path before = group(settings.ofGeneration(settings.generation() - 1));
        if (Files.exists(before)) {
            Files.move(before, group, StandardCopyOption.ATOMIC_MOVE);
            WholeFile.force(settings.logDirectory());
        }
    }

    /**
     * Puts the entries behind the end of the log.
     *
     * @param durable where the state stands without the log
     * @param members of the configuration to be: the member alone, with a vote
     * @param command what the state is told
     * @throws DamagedLogException if acknowledged entries are damaged or missing
     */
    public static Forced extend(
            RaftSettings settings, LogPosition durable, List<GroupControl.Peer> members, Command command)
            throws IOException {
        LogGuard.Findings findings = examined(settings, durable);
        Path directory = settings.segmentDirectory();
        Files.createDirectories(directory);
        Files.deleteIfExists(directory.resolve(FRESH));
        VoteRecord votes = new VoteRecord(directory, settings.logDirectory());
        LogPosition last = last(directory, durable);
        long term = Math.max(votes.reached(), last.term()) + 1;
        votes.begin(term);
        closeLast(directory);
        write(directory, last.index() + 1, term, members, command);
        return new Forced(last, findings.acknowledged());
    }

    /**
     * Looks whether the log is one to go on from, and cuts a torn tail as any start does.
     *
     * @param durable where the state stands without the log
     * @throws DamagedLogException if acknowledged entries are damaged or missing
     */
    public static void check(RaftSettings settings, LogPosition durable) throws IOException {
        var _ = examined(settings, durable);
    }

    private static LogGuard.Findings examined(RaftSettings settings, LogPosition durable) throws IOException {
        new VoteRecord(settings.segmentDirectory(), settings.logDirectory()).settle();
        return new LogGuard(
                        settings.segmentDirectory(),
                        settings.acknowledgedFile(),
                        durable.index(),
                        true,
                        InstalledLog.read(settings.logDirectory()))
                .examine();
    }

    private static Path group(RaftSettings settings) {
        return settings.logDirectory().resolve(settings.groupId().toString());
    }

    /** The last entry of the log; where it is empty, the one that the state ends with. */
    private static LogPosition last(Path directory, LogPosition durable) throws IOException {
        for (SegmentFile segment : SegmentFile.list(directory).reversed()) {
            SegmentScan scan = SegmentScan.of(segment);
            if (scan.lastIndex() >= segment.start()) {
                return new LogPosition(scan.lastTerm(), scan.lastIndex());
            }
        }
        return durable;
    }

    /** The open file gets its end into its name, since only the last file may lack it. */
    private static void closeLast(Path directory) throws IOException {
        List<SegmentFile> segments = SegmentFile.list(directory);
        if (segments.isEmpty() || !segments.getLast().isOpen()) {
            return;
        }
        SegmentFile open = segments.getLast();
        SegmentScan scan = SegmentScan.of(open);
        if (scan.lastIndex() < open.start()) {
            Files.delete(open.path());
        } else {
            try (FileChannel channel = FileChannel.open(open.path(), StandardOpenOption.WRITE)) {
                channel.truncate(scan.end());
                channel.force(true);
            }
            Files.move(
                    open.path(),
                    directory.resolve(SegmentFile.closedName(open.start(), scan.lastIndex())),
                    StandardCopyOption.ATOMIC_MOVE);
        }
        WholeFile.force(directory);
    }

    private static void write(Path directory, long index, long term, List<GroupControl.Peer> members, Command command)
            throws IOException {
        LogEntryProto configuration = LogEntryProto.newBuilder()
                .setTerm(term)
                .setIndex(index)
                .setConfigurationEntry(RaftConfigurationProto.newBuilder()
                        .addAllPeers(members.stream()
                                .map(member -> RatisGroup.ratisPeer(member).getRaftPeerProto())
                                .toList()))
                .build();
        byte[] batch = CommandCodec.encode(List.of(new CommandBatch(0, List.of(command))));
        LogEntryProto told = LogEntryProto.newBuilder()
                .setTerm(term)
                .setIndex(index + 1)
                .setStateMachineLogEntry(StateMachineLogEntryProto.newBuilder()
                        .setClientId(ClientId.randomId().toByteString())
                        .setType(StateMachineLogEntryProto.Type.WRITE)
                        .setLogData(ByteString.copyFrom(batch)))
                .build();
        Path fresh = directory.resolve(FRESH);
        try (var out = new SegmentedRaftLogOutputStream(
                fresh.toFile(), false, BUFFER_BYTES, 0, ByteBuffer.allocateDirect(BUFFER_BYTES))) {
            out.write(configuration);
            out.write(told);
        }
        Files.move(fresh, directory.resolve(SegmentFile.closedName(index, index + 1)), StandardCopyOption.ATOMIC_MOVE);
        WholeFile.force(directory);
    }
}
