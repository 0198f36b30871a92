package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LeaseRequestsTest {

    private final Queue<Long> chances = new ArrayDeque<>();
    private final RandomGenerator random = chances::remove;
    private final LeaseRequests requests = new LeaseRequests(1_000, Set.of(5L)::contains, random);

    @Test
    void shortTtlsAreRaisedToOneAndAHalfElectionsRoundedUp() {
        for (long asked : List.of(Long.MIN_VALUE, -1L, 0L, 1L, 2L)) {
            assertThat(requests.grant(9, asked)).isEqualTo(new Command.GrantLease(9, 2));
        }
        assertThat(requests.grant(9, 3)).isEqualTo(new Command.GrantLease(9, 3));
        assertThat(new LeaseRequests(10_000, _ -> false, random).grant(9, 1).ttlSeconds())
                .isEqualTo(15);
    }

    @Test
    void chosenIdIsPositiveAndFree() {
        chances.addAll(List.of(0L, Long.MIN_VALUE, 5L, Long.MIN_VALUE + 5, -1L));

        assertThat(requests.grant(0, 10).id()).isEqualTo(Long.MAX_VALUE);
        assertThat(chances).isEmpty();
    }

    @Test
    void clientsOwnIdIsKeptWhateverItIs() {
        assertThat(requests.grant(-3, 10).id()).isEqualTo(-3);
        assertThat(requests.grant(5, 10).id()).as("apply refuses it").isEqualTo(5);
    }
}
