package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemberPublisherTest {

    private static final Member FOUNDER = new Member(1, "old", List.of("http://a:1"), List.of(), false);
    private static final Command PUBLICATION = new Command.PublishMember(1, "new", List.of("http://a:2"));

    private final HandMovedTime time = new HandMovedTime();
    private final MemberWorld world = new MemberWorld();
    private final MemberPublisher publisher =
            new MemberPublisher(world.table, 1, "new", List.of("http://a:2"), world, time);
    private final ClusterFounder founder = new ClusterFounder(world.table, List.of(FOUNDER), world, time);

    @Test
    void publishesOnceTheClusterKnowsTheMember() {
        publisher.start();
        time.advance(1_000);
        assertThat(world.proposed).isEmpty();

        founder.lead();
        time.advance(1_000);

        assertThat(world.proposed).containsExactly(new Command.FoundCluster(List.of(FOUNDER)), PUBLICATION);
        assertThat(publisher.published()).isCompleted();
        assertThat(world.table.now().members())
                .containsExactly(new Member(1, "new", List.of("http://a:1"), List.of("http://a:2"), false));
    }

    @Test
    void sameNameAndUrlsAreNotPublishedAgain() {
        founder.lead();
        world.commit(PUBLICATION);
        world.proposed.clear();

        publisher.start();

        assertThat(publisher.published()).isCompleted();
        assertThat(world.proposed).isEmpty();
    }

    @Test
    void refusalsAreNoReasonToGiveUp() {
        founder.lead();
        world.refusal = new Outcome.Refused(ErrorCode.TIMEOUT);
        publisher.start();
        time.advance(1_000);
        assertThat(publisher.published()).isNotDone();
        assertThat(world.proposed).hasSizeBetween(5, 15);

        world.refusal = null;
        time.advance(200);

        assertThat(publisher.published()).isCompleted();
    }

    @Test
    void removedMemberPublishesNothing() {
        founder.lead();
        world.commit(new Command.AddMember(2, List.of("http://b:1"), false, 1));
        world.commit(new Command.RemoveMember(1));
        world.proposed.clear();

        publisher.start();
        time.advance(1_000);

        assertThat(publisher.published()).isCompleted();
        assertThat(world.proposed).isEmpty();
    }

    @Test
    void onlyTheLeaderFoundsAndOnlyWhatIsNotFounded() {
        world.refusal = new Outcome.Refused(ErrorCode.LEADER_CHANGED);
        founder.lead();
        founder.follow();
        time.advance(1_000);
        assertThat(world.proposed).hasSize(1);

        world.refusal = null;
        founder.lead();
        founder.lead();
        time.advance(1_000);

        assertThat(world.proposed).hasSize(2);
        assertThat(world.table.now().members()).containsExactly(FOUNDER);
    }
}
