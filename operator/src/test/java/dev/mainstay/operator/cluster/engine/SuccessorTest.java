package dev.mainstay.operator.cluster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import dev.mainstay.operator.cluster.engine.MemberView.Answer;
import dev.mainstay.operator.cluster.engine.MemberView.Join;
import dev.mainstay.operator.cluster.engine.MemberView.PodView;
import dev.mainstay.operator.cluster.engine.MemberView.VolumeView;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who leads next, when the first of three has yet to take a change. */
class SuccessorTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void theOneThatHasServedLongest() {
        assertThat(next(member(2, "b", 20, 5_000), member(3, "b", 90, 4_990)))
                .isEqualTo(new Action.MoveLeader("c-1", "c-3", "id3"));
    }

    @Test
    void notOneThatLagsBehind() {
        assertThat(next(member(2, "b", 20, 5_000), member(3, "b", 90, 100)))
                .isEqualTo(new Action.MoveLeader("c-1", "c-2", "id2"));
    }

    @Test
    void theFirstOfEquals() {
        assertThat(next(member(2, "b", 90, 5_000), member(3, "b", 90, 5_001)))
                .isEqualTo(new Action.MoveLeader("c-1", "c-2", "id2"));
    }

    private static Action next(MemberView second, MemberView third) {
        Wanted.Volumes volumes = new Wanted.Volumes(true, 100, "", false, true, false);
        Wanted wanted = new Wanted("c", false, false, 3, "1.0.0", "b", volumes, UsualPolicy.POLICY, 0);
        MemberView leader = member(1, "a", "b", 600, 5_000);
        List<Listed> list = List.of(
                new Listed("id1", "c-1", false), new Listed("id2", "c-2", false), new Listed("id3", "c-3", false));
        return new Engine()
                .decide(new Observation(
                        NOW,
                        wanted,
                        new Recorded("cluster", 1, 3, null),
                        List.of(leader, second, third),
                        new ClusterView(true, list, List.of())))
                .action();
    }

    private static MemberView member(int number, String template, long seconds, long index) {
        return member(number, template, template, seconds, index);
    }

    /** One whose pod is of one template, who is to take another, and has served for so many seconds. */
    private static MemberView member(int number, String has, String takes, long seconds, long index) {
        return new MemberView(
                "c-" + number,
                number,
                Join.LEARNER,
                1,
                "1.0.0",
                takes,
                false,
                false,
                true,
                NOW.minusSeconds(1_000),
                0,
                null,
                NOW.minusSeconds(seconds),
                new PodView("u" + number, false, false, "1.0.0", has),
                new VolumeView(100, "slow", false, false),
                new Answer("id" + number, "cluster", "id1", true, index, 10, 10));
    }
}
