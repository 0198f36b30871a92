package dev.mainstay.node.consensus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of the term and the vote in it, which Ratis replaces by what it could write of it: on a full disk by an empty
 * file. A member that has forgotten its votes might vote twice in a term, so two leaders might come of it.
 *
 * <p>Beside the log stands a term that this member can't have reached: far above the one of its last start. When the record
 * is lost, the member goes on as one that has voted for nobody known in that term. It can't vote in any term before it, and
 * the others go on from there.
 */
final class VoteRecord {

    private static final Logger LOG = LoggerFactory.getLogger(VoteRecord.class);

    /** More elections than a member sees between two starts. */
    private static final long TERMS_AHEAD = 1_000_000;

    private static final String NOBODY_KNOWN = "unknown";

    private final Path record;
    private final Path logDirectory;
    private final Path ceiling;

    /**
     * @param segments where Ratis keeps the record
     * @param logDirectory where the ceiling is kept
     */
    VoteRecord(Path segments, Path logDirectory) {
        this.record = segments.resolve("raft-meta");
        this.logDirectory = logDirectory;
        this.ceiling = logDirectory.resolve("term-ceiling");
    }

    /**
     * To be called before Ratis starts. A lost record whose ceiling is lost too stays as it is: see {@link LogGuard}.
     *
     * @throws IOException if something can't be written
     */
    void settle() throws IOException {
        OptionalLong top = ceiling();
        OptionalLong term = term();
        if (term.isEmpty() && Files.exists(record)) {
            if (top.isEmpty()) {
                return;
            }
            LOG.warn(
                    "{} is damaged, which a full disk does: the votes are forgotten, so this member votes in no term up"
                            + " to {}",
                    record,
                    top.getAsLong());
            WholeFile.write(record, "term=" + top.getAsLong() + "\nvotedFor=" + NOBODY_KNOWN + "\n");
            term = top;
        }
        long reached = term.orElse(0);
        if (top.orElse(0) - reached < TERMS_AHEAD / 2) {
            Files.createDirectories(logDirectory);
            WholeFile.write(ceiling, Long.toString(reached + TERMS_AHEAD));
        }
    }

    /** Writes the record of a member that has reached a term and votes for nobody in it. */
    void begin(long term) throws IOException {
        WholeFile.write(record, "term=" + term + "\nvotedFor=" + NOBODY_KNOWN + "\n");
    }

    /** The term that the record says, 0 if there is none that can be read. */
    long reached() {
        return term().orElse(0);
    }

    private OptionalLong term() {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(record)) {
            properties.load(reader);
            return properties.getProperty("votedFor") == null
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(properties.getProperty("term", "")));
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("{}", record, e);
            return OptionalLong.empty();
        }
    }

    private OptionalLong ceiling() {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(ceiling, StandardCharsets.US_ASCII)));
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("{}", ceiling, e);
            return OptionalLong.empty();
        }
    }
}
