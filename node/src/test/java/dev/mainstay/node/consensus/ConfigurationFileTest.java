package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a full disk makes of Ratis' file, and what is made of that. */
class ConfigurationFileTest {

    @TempDir
    Path segments;

    private Path file;
    private ConfigurationFile configuration;

    @BeforeEach
    void make() {
        file = segments.resolve("raft-meta.conf");
        configuration = new ConfigurationFile(segments);
    }

    @Test
    void aGoodFileStays() throws IOException {
        byte[] good = entry(7).toByteArray();
        Files.write(file, good);

        configuration.settle();
        configuration.secure();

        assertThat(file).hasBinaryContent(good);
    }

    @Test
    void anEmptyOrCutFileIsDroppedAtStart() throws IOException {
        for (int length : new int[] {0, 3}) {
            Files.write(file, Arrays.copyOf(entry(1 << 20).toByteArray(), length));

            configuration.settle();

            assertThat(file).doesNotExist();
        }
    }

    @Test
    void theEntryInForceTakesThePlaceOfADamagedFileBeforeTheLogIsDropped() throws IOException {
        configuration.inForce(entry(7));
        configuration.inForce(entry(9));
        Files.write(file, new byte[0]);

        configuration.secure();

        assertThat(LogEntryProto.parseFrom(Files.readAllBytes(file))).isEqualTo(entry(9));
    }

    @Test
    void theLogIsKeptWhenOnlyItHasTheConfiguration() throws IOException {
        Files.write(file, new byte[0]);

        assertThatThrownBy(configuration::secure)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("can't be read");
    }

    private static LogEntryProto entry(long index) {
        return LogEntryProto.newBuilder()
                .setTerm(3)
                .setIndex(index)
                .setConfigurationEntry(RaftConfigurationProto.getDefaultInstance())
                .build();
    }
}
