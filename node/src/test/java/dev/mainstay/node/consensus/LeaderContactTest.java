package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.ErrorCode;
import org.junit.jupiter.api.Test;

/** Times in milliseconds; an election takes 1,000. */
class LeaderContactTest {

    private final LeaderContact contact = new LeaderContact(1_000, 0);

    @Test
    void withoutALeaderSinceTheRequestBeganItsDeadlineIsBlamed() {
        assertThat(contact.timeout(0)).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        contact.elected(100);
        look(200, 5_000);
        contact.look(5_100, false, false);

        assertThat(contact.timeout(5_050)).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(contact.timeout(4_900)).as("it was under way").isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void aRequestOfTheTimeBetweenTwoLeadersBlamesTheFormer() {
        contact.elected(100);
        look(200, 5_000);
        contact.look(5_100, false, false);
        contact.elected(6_000);
        look(6_100, 12_000);

        assertThat(contact.timeout(3_999)).isEqualTo(ErrorCode.TIMEOUT_CONNECTION_LOST);
        assertThat(contact.timeout(4_001)).isEqualTo(ErrorCode.TIMEOUT_LEADER_FAILED);
        assertThat(contact.timeout(5_999)).isEqualTo(ErrorCode.TIMEOUT_LEADER_FAILED);
        assertThat(contact.timeout(6_000)).isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void beforeTheFirstLeaderThereWasNoneToBlame() {
        contact.elected(100);
        look(200, 5_000);

        assertThat(contact.timeout(50)).isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void aGapInTheConnectionToTheSameLeaderIsBlamed() {
        contact.elected(100);
        look(200, 5_000);
        contact.look(5_100, true, false);
        look(5_200, 12_000);

        assertThat(contact.timeout(5_000)).isEqualTo(ErrorCode.TIMEOUT_CONNECTION_LOST);
        assertThat(contact.timeout(5_101)).isEqualTo(ErrorCode.TIMEOUT);
    }

    /** All is well from one time to another. */
    private void look(long from, long to) {
        for (long now = from; now <= to; now += 100) {
            contact.look(now, true, true);
        }
    }
}
