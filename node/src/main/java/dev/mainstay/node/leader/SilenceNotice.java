package dev.mainstay.node.leader;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/**
 * Has the leader say of a member that falls silent what that means and what to do, once, and once that it is back. Guarded
 * by the object's lock.
 */
public final class SilenceNotice {

    /** A restart or a short pause isn't worth a word. */
    static final long WORTH_TELLING_MILLIS = 5_000;

    private final long self;
    private final InstantSource clock;
    private final BiConsumer<Level, String> log;
    private final Map<Long, Instant> told = new HashMap<>();

    /** @param log takes the notices */
    public SilenceNotice(long self, InstantSource clock, BiConsumer<Level, String> log) {
        this.self = self;
        this.clock = clock;
        this.log = log;
    }

    /** Looks who is silent; to be called again and again while this member leads. */
    public synchronized void look(Members members, GroupControl control) {
        told.keySet().removeIf(id -> members.find(id).isEmpty());
        for (Member member : members.members()) {
            OptionalLong silence = control.silentMillis(member.id());
            if (member.id() == self || silence.isEmpty()) {
                continue;
            }
            Instant since = clock.instant().minusMillis(silence.getAsLong());
            if (silence.getAsLong() < WORTH_TELLING_MILLIS) {
                Instant fell = told.remove(member.id());
                if (fell != null) {
                    log.accept(
                            Level.INFO,
                            name(member) + " answers again, after " + ChronoUnit.SECONDS.between(fell, since)
                                    + " s of silence");
                }
            } else if (told.putIfAbsent(member.id(), since) == null) {
                log.accept(Level.WARNING, silent(member, members, control, since));
            }
        }
    }

    /** This member leads no more: what it knows of silences is out of date. */
    public synchronized void forget() {
        told.clear();
    }

    private String silent(Member member, Members members, GroupControl control, Instant since) {
        long voters = members.voters().size();
        long answering = members.voters().stream()
                .filter(voter -> voter.id() == self
                        || control.silentMillis(voter.id()).orElse(Long.MAX_VALUE) < WORTH_TELLING_MILLIS)
                .count();
        String hex = MemberId.hex(member.id());
        return name(member) + " has been silent since " + since.truncatedTo(ChronoUnit.SECONDS) + ". Of " + voters
                + " voters " + answering + " answer, and " + (voters / 2 + 1)
                + " are needed for writes. See whether it runs, and whether this member can reach it at "
                + PeerAddress.of(member) + "; if it is gone for good, replace it: etcdctl member remove " + hex
                + ", then member add.";
    }

    private static String name(Member member) {
        return (member.learner() ? "learner " : "member ")
                + MemberId.hex(member.id())
                + (member.name().isEmpty() ? "" : " (" + member.name() + ")");
    }
}
