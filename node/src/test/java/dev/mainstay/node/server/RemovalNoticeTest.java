package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.FatalListener;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.membership.Members;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RemovalNoticeTest {

    private static final Member OTHER = Member.added(2, List.of("http://b:1"), false);

    private final List<Runnable> duties = new ArrayList<>();
    private final Scheduler scheduler = (_, duty) -> {
        duties.add(duty);
        return () -> {};
    };
    private long nanos;
    private boolean leads;
    private boolean configured;
    private int told;
    private final RemovalNotice notice =
            new RemovalNotice(1, () -> leads, () -> configured, scheduler, () -> nanos, () -> told++);

    @Test
    void onlyTheOwnRemovalIsToldASecondLaterAndOnce() {
        notice.changed(Members.NONE);
        notice.changed(new Members(List.of(OTHER), List.of(3L)));
        pass(10_000);
        assertThat(told).isZero();

        notice.changed(new Members(List.of(OTHER), List.of(1L, 3L)));
        notice.changed(new Members(List.of(OTHER), List.of(1L, 3L, 4L)));
        pass(900);
        assertThat(told).isZero();
        pass(200);
        pass(10_000);

        assertThat(told).isEqualTo(1);
    }

    @Test
    void leaderHasTimeToHandOver() {
        leads = true;
        notice.changed(new Members(List.of(OTHER), List.of(1L)));
        pass(4_000);
        assertThat(told).isZero();

        leads = false;
        pass(100);
        assertThat(told).isEqualTo(1);
    }

    @Test
    void leaderThatCannotHandOverGoesAllTheSame() {
        leads = true;
        notice.changed(new Members(List.of(OTHER), List.of(1L)));

        pass(5_000);

        assertThat(told).isEqualTo(1);
    }

    @Test
    void memberThatTheLogStillCountsOnStays() {
        configured = true;
        notice.changed(new Members(List.of(OTHER), List.of(1L)));
        pass(60_000);
        assertThat(told).isZero();

        configured = false;
        pass(100);
        assertThat(told).isEqualTo(1);
    }

    @Test
    void endOfTheLogOfARemovedMemberIsItsRemoval() {
        List<String> faults = new ArrayList<>();
        FatalListener log = notice.unlessRemoved((reason, _) -> faults.add(reason));
        log.fatal("the disk is gone", new IllegalStateException());
        assertThat(told).isZero();
        assertThat(faults).containsExactly("the disk is gone");

        notice.changed(new Members(List.of(OTHER), List.of(1L)));
        log.fatal("Raft ended by itself", new IllegalStateException());
        pass(10_000);

        assertThat(told).isEqualTo(1);
        assertThat(faults).hasSize(1);
    }

    private void pass(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
        duties.forEach(Runnable::run);
    }
}
