package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnersStartTest {

    private static final GroupControl.Peer SELF = new GroupControl.Peer(0xabc, "m:2380", true);

    @TempDir
    private Path directory;

    private RaftSettings voter;
    private RaftSettings learner;
    private Path file;

    @BeforeEach
    void settings() throws IOException {
        voter = RaftSettings.usual(directory, SELF.memberId(), 77, "127.0.0.1", 2380)
                .foundedBy(List.of());
        learner = voter.foundedBy(List.of(SELF));
        Files.createDirectories(voter.segmentDirectory());
        file = voter.segmentDirectory().resolve("raft-meta.conf");
    }

    @Test
    void configurationWithoutTheLearnerIsDropped() throws IOException {
        write(RaftConfigurationProto.newBuilder().addPeers(peer(1)).addListeners(peer(2)));

        LearnersStart.prepare(voter);
        assertThat(file).exists();

        LearnersStart.prepare(learner);
        assertThat(file).doesNotExist();
        LearnersStart.prepare(learner);
    }

    @Test
    void configurationWithTheMemberIsKeptWhateverItIsByNow() throws IOException {
        write(RaftConfigurationProto.newBuilder().addPeers(peer(1)).addListeners(peer(SELF.memberId())));
        LearnersStart.prepare(learner);
        assertThat(file).exists();

        write(RaftConfigurationProto.newBuilder().addPeers(peer(SELF.memberId())));
        LearnersStart.prepare(learner);
        assertThat(file).exists();
    }

    private void write(RaftConfigurationProto.Builder configuration) throws IOException {
        Files.write(
                file,
                LogEntryProto.newBuilder()
                        .setConfigurationEntry(configuration)
                        .build()
                        .toByteArray());
    }

    private static RaftPeerProto peer(long id) {
        return RaftPeerProto.newBuilder()
                .setId(RatisGroup.peerId(id).toByteString())
                .build();
    }
}
