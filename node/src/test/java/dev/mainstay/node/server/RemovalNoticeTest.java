package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.Members;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RemovalNoticeTest {

    private static final Member OTHER = Member.added(2, List.of("http://b:1"), false);

    private final AtomicInteger told = new AtomicInteger();
    private final RemovalNotice notice = new RemovalNotice(1, told::incrementAndGet);

    @Test
    void onlyTheOwnRemovalIsToldAndOnce() {
        notice.changed(Members.NONE);
        notice.changed(new Members(List.of(OTHER), List.of(3L)));
        assertThat(told).hasValue(0);

        notice.changed(new Members(List.of(OTHER), List.of(1L, 3L)));
        notice.changed(new Members(List.of(OTHER), List.of(1L, 3L, 4L)));

        assertThat(told).hasValue(1);
    }
}
