package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member whose record of votes a full disk has emptied. */
class VoteRecordTest {

    private static final String GOOD = "term=7\nvotedFor=ab\n";

    @TempDir
    Path log;

    private Path record;
    private VoteRecord votes;

    @BeforeEach
    void make() throws IOException {
        Path segments = Files.createDirectories(log.resolve("group/current"));
        record = segments.resolve("raft-meta");
        votes = new VoteRecord(segments, log);
    }

    @Test
    void aGoodRecordStays() throws IOException {
        Files.writeString(record, GOOD);

        votes.settle();
        votes.settle();

        assertThat(record).hasContent(GOOD);
    }

    @Test
    void aNewMemberHasNone() throws IOException {
        votes.settle();

        assertThat(record).doesNotExist();
    }

    @Test
    void afterALossNoTermIsVotedInThatMayHaveBeenVotedInBefore() throws IOException {
        Files.writeString(record, GOOD);
        votes.settle();
        for (String rest : new String[] {"", "term=9\n", "term=", "votedFor=ab\n"}) {
            long before = term(GOOD);
            Files.writeString(record, rest);

            votes.settle();

            String mended = Files.readString(record);
            assertThat(term(mended)).isGreaterThan(before + 100_000);
            assertThat(mended).contains("votedFor=").doesNotContain("votedFor=ab");
        }
    }

    @Test
    void eachLossLeadsFurtherAhead() throws IOException {
        Files.writeString(record, GOOD);
        votes.settle();
        long before = 7;
        for (int i = 0; i < 5; i++) {
            Files.writeString(record, "");
            votes.settle();
            long after = term(Files.readString(record));
            assertThat(after).isGreaterThan(before + 100_000);
            Files.writeString(record, "term=" + (after + 400_000) + "\nvotedFor=ab\n");
            votes.settle();
            before = after + 400_000;
        }
    }

    @Test
    void withoutACeilingALostRecordStaysLost() throws IOException {
        Files.writeString(record, "");

        votes.settle();

        assertThat(record).isEmptyFile();
    }

    private static long term(String record) throws IOException {
        var properties = new Properties();
        properties.load(new StringReader(record));
        return Long.parseLong(properties.getProperty("term"));
    }
}
