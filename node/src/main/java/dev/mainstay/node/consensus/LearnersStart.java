package dev.mainstay.node.consensus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares the log of a member that joined as a learner. Ratis keeps the newest configuration in a file, beside the log; one
 * that came with a snapshot may be older than the learner. Ratis would go by it and take the learner for a voter to be: so
 * such a file is dropped, and the configuration that the member begins with counts, in which it is a learner.
 */
final class LearnersStart {

    private static final Logger LOG = LoggerFactory.getLogger(LearnersStart.class);
    private static final String CONFIGURATION = "raft-meta.conf";

    private LearnersStart() {}

    /** To be called before the log is opened. */
    static void prepare(RaftSettings settings) throws IOException {
        Path file = settings.segmentDirectory().resolve(CONFIGURATION);
        ByteString self = RatisGroup.peerId(settings.memberId()).toByteString();
        if (beginsAsLearner(settings) && Files.exists(file) && !names(file, self)) {
            Files.delete(file);
            LOG.info("dropped a configuration that this learner isn't in yet");
        }
    }

    private static boolean beginsAsLearner(RaftSettings settings) {
        List<GroupControl.Peer> founders = settings.founders();
        return founders.size() == 1 && founders.getFirst().learner();
    }

    private static boolean names(Path file, ByteString peer) throws IOException {
        LogEntryProto entry;
        try (InputStream bytes = Files.newInputStream(file)) {
            entry = LogEntryProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            // Ratis can't read it either, and goes by the log.
            return true;
        }
        RaftConfigurationProto configuration = entry.getConfigurationEntry();
        return Stream.of(
                        configuration.getPeersList(),
                        configuration.getListenersList(),
                        configuration.getOldPeersList(),
                        configuration.getOldListenersList())
                .flatMap(List::stream)
                .map(RaftPeerProto::getId)
                .anyMatch(peer::equals);
    }
}
