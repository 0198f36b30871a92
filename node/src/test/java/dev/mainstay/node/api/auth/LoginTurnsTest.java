package dev.mainstay.node.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoginTurnsTest {

    private final AtomicLong nanos = new AtomicLong();
    private final LoginTurns turns = new LoginTurns(nanos::get);
    private final List<String> begun = new ArrayList<>();

    @Test
    void anAddressHasFewAttemptsUnderWayAndOthersDontWaitForIt() {
        for (int i = 0; i < LoginTurns.AT_ONCE + 2; i++) {
            int number = i;
            assertThat(turns.begin("a", () -> begun.add("a" + number))).isTrue();
        }
        assertThat(begun).hasSize(LoginTurns.AT_ONCE);
        assertThat(turns.waiting()).isEqualTo(2);

        assertThat(turns.begin("b", () -> begun.add("b"))).isTrue();
        assertThat(begun).endsWith("b");

        turns.ended("a");
        assertThat(begun).endsWith("a" + LoginTurns.AT_ONCE);
        assertThat(turns.waiting()).isEqualTo(1);
    }

    @Test
    void tooManyThatWaitAreRefused() {
        for (int i = 0; i < LoginTurns.AT_ONCE + LoginTurns.MOST_WAITING; i++) {
            assertThat(turns.begin("a", () -> {})).isTrue();
        }

        assertThat(turns.begin("a", () -> begun.add("never"))).isFalse();
        assertThat(turns.refused()).isEqualTo(1);

        for (int i = 0; i < LoginTurns.AT_ONCE + LoginTurns.MOST_WAITING; i++) {
            turns.ended("a");
        }
        assertThat(begun).isEmpty();
        assertThat(turns.waiting()).isZero();
        assertThat(turns.begin("a", () -> begun.add("again"))).isTrue();
        assertThat(begun).containsExactly("again");
    }

    @Test
    void anAddressThatGuessesAtManyUsersWaitsLongerToo() {
        assertThat(turns.failed("a")).isEqualTo(50);
        assertThat(turns.failed("a")).isEqualTo(100);
        assertThat(turns.failed("b")).isEqualTo(50);
    }
}
