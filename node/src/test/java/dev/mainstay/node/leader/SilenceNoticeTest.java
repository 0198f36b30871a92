package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.GroupControl.Peer;
import dev.mainstay.node.membership.Members;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SilenceNoticeTest {

    private final FakeGroup group = new FakeGroup(1);
    private final List<String> told = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T12:00:00.700Z");
    private final SilenceNotice notice = new SilenceNotice(1, () -> now, (level, text) -> told.add(level + " " + text));
    private final Members members = Members.of(LongStream.rangeClosed(1, 3)
            .mapToObj(id -> new Member(id, "m" + id, List.of("http://host" + id + ":2380"), List.of(), false))
            .toList());

    SilenceNoticeTest() {
        group.configured = LongStream.rangeClosed(1, 3)
                .mapToObj(id -> new Peer(id, "host" + id + ":2380", false))
                .toList();
    }

    @Test
    void silenceAndItsEndAreToldOnceEach() {
        look(2, 4_999);
        assertThat(told).isEmpty();

        look(2, 5_000);
        look(2, 60_000);
        assertThat(told)
                .containsExactly(Level.WARNING
                        + " member 2 (m2) has been silent since 2026-03-01T11:59:55Z. Of 3 voters 2 answer, and 2 are needed"
                        + " for writes. See whether it runs, and whether this member can reach it at host2:2380; if it is"
                        + " gone for good, replace it: etcdctl member remove 2, then member add.");

        told.clear();
        now = now.plusSeconds(65);
        look(2, 10);
        look(2, 10);
        assertThat(told).containsExactly(Level.INFO + " member 2 (m2) answers again, after 69 s of silence");
    }

    @Test
    void memberThatTheLogIsNotSentToIsNotMissed() {
        group.forgotten.add(3L);

        look(3, 60_000);

        assertThat(told).isEmpty();
    }

    private void look(long member, long silentMillis) {
        group.silence.put(member, silentMillis);
        notice.look(members, group);
    }
}
