package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.Members;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static final Members THREE = Members.of(List.of(voter(1), voter(2), voter(3)));

    @Test
    void equalDataAgreeEvenIfNotAllCouldBeAsked() {
        assertThat(Verdict.of(THREE, Map.of(1L, 5, 2L, 5, 3L, 5))).isEqualTo(new Verdict.Agreed(true));
        assertThat(Verdict.of(THREE, Map.of(1L, 5, 3L, 5))).isEqualTo(new Verdict.Agreed(false));
    }

    @Test
    void whoDiffersFromTheMajorityIsNamedWhoeverThatIs() {
        assertThat(Verdict.of(THREE, Map.of(1L, 5, 2L, 6, 3L, 5))).isEqualTo(new Verdict.Differing(List.of(2L)));
        assertThat(Verdict.of(THREE, Map.of(1L, 6, 2L, 5, 3L, 5))).isEqualTo(new Verdict.Differing(List.of(1L)));
    }

    @Test
    void oneAgainstOneDecidesNothing() {
        assertThat(Verdict.of(THREE, Map.of(1L, 5, 2L, 6))).isEqualTo(new Verdict.Undecided(false));
        assertThat(Verdict.of(Members.of(List.of(voter(1), voter(2))), Map.of(1L, 5, 2L, 6)))
                .isEqualTo(new Verdict.Undecided(true));
        assertThat(Verdict.of(THREE, Map.of(1L, 5, 2L, 6, 3L, 7))).isEqualTo(new Verdict.Undecided(true));
    }

    @Test
    void learnersAreJudgedAndDoNotJudge() {
        Members members = Members.of(List.of(voter(1), voter(2), voter(3), learner(4), learner(5)));

        assertThat(Verdict.of(members, Map.of(1L, 5, 2L, 5, 3L, 5, 4L, 6, 5L, 6)))
                .isEqualTo(new Verdict.Differing(List.of(4L, 5L)));
        assertThat(Verdict.of(members, Map.of(1L, 5, 4L, 6, 5L, 6))).isEqualTo(new Verdict.Undecided(false));
    }

    @Test
    void nobodyIsComparedWithHimself() {
        assertThat(Verdict.of(THREE, Map.of(1L, 5))).isEqualTo(new Verdict.Incomparable());
        assertThat(Verdict.of(THREE, Map.of())).isEqualTo(new Verdict.Incomparable());
    }

    private static Member voter(long id) {
        return new Member(id, "m" + id, List.of("http://m" + id + ":1"), List.of(), false);
    }

    private static Member learner(long id) {
        return new Member(id, "m" + id, List.of("http://m" + id + ":1"), List.of(), true);
    }
}
