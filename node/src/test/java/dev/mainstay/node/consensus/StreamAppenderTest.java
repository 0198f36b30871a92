package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamAppenderTest {

    /** An empty log says that its first entry, 0, is committed. Taken at its word, an entry would count as kept that isn't. */
    @ParameterizedTest
    @CsvSource({"0, 0, -1", "0, 9, -1", "-1, 9, -1", "5, 0, -1", "1, 9, 1", "7, 9, 7", "9, 7, 7"})
    void whatIsCommittedInBothLogsIsTheSame(long there, long here, long both) {
        assertThat(StreamAppender.committedInBoth(there, here)).isEqualTo(both);
    }
}
