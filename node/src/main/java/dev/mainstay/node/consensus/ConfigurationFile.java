package dev.mainstay.node.consensus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file in which Ratis keeps the log entry of the configuration in force. Ratis replaces it by what it could write of
 * it, which on a full disk is an empty file, and only logs that. No harm while the entry is in the log: so the file is
 * looked at before the log is dropped, and a file that can't be read is taken away before Ratis starts, which then takes the
 * configuration from the log.
 */
final class ConfigurationFile {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationFile.class);

    private final Path file;
    private volatile @Nullable LogEntryProto inForce;

    /** @param segments the directory of the log's files */
    ConfigurationFile(Path segments) {
        this.file = segments.resolve("raft-meta.conf");
    }

    /** To be called before Ratis starts. */
    void settle() throws IOException {
        if (Files.exists(file) && read().isEmpty()) {
            LOG.warn("{} can't be read and is dropped: the log has what was in it", file);
            Files.delete(file);
        }
    }

    /** Whether the file is there and holds a configuration. */
    boolean isReadable() throws IOException {
        return read().isPresent();
    }

    /** A configuration came into force. Apply thread. */
    void inForce(LogEntryProto entry) {
        inForce = entry;
    }

    /**
     * Sees to it that the file holds a configuration.
     *
     * @throws IOException if it doesn't and can't be written: the log must stay as it is
     */
    void secure() throws IOException {
        if (read().isPresent()) {
            return;
        }
        LogEntryProto entry = inForce;
        if (entry == null) {
            throw new IOException(file + " can't be read, and no configuration came since the start");
        }
        WholeFile.write(file, entry.toByteArray());
        LOG.info("{} was damaged and is written anew", file);
    }

    private Optional<LogEntryProto> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file)) {
            LogEntryProto entry = LogEntryProto.parseFrom(in);
            return entry.hasConfigurationEntry() ? Optional.of(entry) : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            LOG.debug("{}", file, e);
            return Optional.empty();
        }
    }
}
