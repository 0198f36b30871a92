package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AutoCompactionTest {

    private static final long SELF = 1;

    private final HandMovedTime time = new HandMovedTime();
    private final FakeGroup raft = new FakeGroup(SELF);
    private final List<Long> compacted = new ArrayList<>();
    private long revision = 100;
    private Outcome answer = new Outcome.Done(1);

    @Test
    void historyIsKeptForAsLongAsItShould() {
        start(CompactionRule.younger(Duration.ofMinutes(10)));

        minutes(9);
        assertThat(compacted).isEmpty();
        minutes(1);
        assertThat(compacted).containsExactly(100L);
        minutes(9);
        assertThat(compacted).containsExactly(100L);
        minutes(1);
        assertThat(compacted).containsExactly(100L, 109L);
    }

    @Test
    void longHistoryIsDroppedHourByHour() {
        start(CompactionRule.younger(Duration.ofHours(3)));

        minutes(179);
        assertThat(compacted).isEmpty();
        minutes(1);
        assertThat(compacted).containsExactly(100L);
        minutes(60);
        assertThat(compacted).containsExactly(100L, 159L);
    }

    @Test
    void whatDidNotMoveIsNotCompactedAgain() {
        start(CompactionRule.younger(Duration.ofMinutes(10)));
        minutes(9);
        time.advance(Duration.ofMinutes(40).toMillis());

        assertThat(compacted).containsExactly(100L, 109L);
    }

    @Test
    void aFailureIsTriedAgainAtTheNextNote() {
        start(CompactionRule.younger(Duration.ofMinutes(10)));
        answer = new Outcome.Refused(ErrorCode.TIMEOUT);
        minutes(10);
        answer = new Outcome.Refused(ErrorCode.COMPACTED);
        minutes(1);
        minutes(5);

        assertThat(compacted).containsExactly(100L, 100L);
    }

    @Test
    void followersKnowWhatWasWhenAndLeaveItToTheLeader() {
        raft.leader = 2;
        start(CompactionRule.younger(Duration.ofMinutes(10)));
        minutes(30);
        assertThat(compacted).isEmpty();

        raft.leader = SELF;
        minutes(1);

        assertThat(compacted).containsExactly(120L);
    }

    @Test
    void someRevisionsAreKept() {
        start(CompactionRule.newest(102));

        minutes(5);
        assertThat(compacted).containsExactly(2L);
        time.advance(Duration.ofMinutes(5).toMillis());
        assertThat(compacted).containsExactly(2L, 3L);
        time.advance(Duration.ofMinutes(5).toMillis());
        revision = 102;
        time.advance(Duration.ofMinutes(5).toMillis());
        assertThat(compacted).containsExactly(2L, 3L);
    }

    private void start(CompactionRule rule) {
        AutoCompaction _ = new AutoCompaction(rule, () -> revision, this::propose, raft, time::nanos, time);
    }

    /** Each minute brings a revision, after the notes that fall into it. */
    private void minutes(int count) {
        for (int i = 0; i < count; i++) {
            time.advance(60_000);
            revision++;
        }
    }

    private CompletableFuture<Outcome> propose(Command command) {
        assertThat(command.caller()).isEqualTo(Caller.CLUSTER);
        compacted.add(((Command.Compact) command.wanted()).revision());
        return CompletableFuture.completedFuture(answer);
    }
}
