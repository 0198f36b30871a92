package dev.mainstay.e2e.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Histories whose verdict is plain to see. All begin at revision 4, of a store that was empty at revision 1. */
class NewcomersTest {
    private static final long OLD = 10;
    private static final long NEW = 11;
    private static final Pair A2 = new Pair("a", "1", 2, 2, 1);
    private static final Pair A3 = new Pair("a", "2", 2, 3, 2);
    private static final Pair A4 = new Pair("a", "3", 2, 4, 3);
    private static final Pair A5 = new Pair("a", "4", 2, 5, 4);

    private final Newcomers newcomers = new Newcomers(Set.of(NEW), past());

    @Test
    void newMemberMayShowWhatWasBefore() {
        good(local(NEW, 10, 11, 1), local(NEW, 12, 13, 1), local(NEW, 14, 15, 3, A3), local(NEW, 16, 17, 4, A4));
    }

    @Test
    void newMemberMayShowWhatWasBeforeThoughOthersAreFurther() {
        good(put(0, 1), read(OLD, 2, 3, 5, A5), local(NEW, 10, 11, 2, A2), local(NEW, 12, 13, 5, A5));
    }

    @Test
    void oldMemberMayLag() {
        good(put(0, 1), read(NEW, 2, 3, 5, A5), local(OLD, 10, 11, 4, A4));
    }

    @Test
    void oldMemberMayNotShowWhatWasBefore() {
        bad("revision 3 isn't after 4", local(OLD, 10, 11, 3, A3));
        bad("revision 3 isn't after 4", local(Operation.ANY, 10, 11, 3, A3));
    }

    @Test
    void newMemberOfAnEarlierHistoryIsAnOldOne() {
        assertThat(new Newcomers(Set.of(), past())
                        .check(List.of(A4), List.of(local(NEW, 10, 11, 3, A3)), new TreeMap<>()))
                .isInstanceOf(Verdict.Violation.class);
    }

    @Test
    void newMemberMayNotGoBack() {
        bad("goes back from revision 3 to 2", local(NEW, 10, 11, 3, A3), local(NEW, 12, 13, 2, A2));
    }

    @Test
    void newMemberThatHadCaughtUpMayNotFallBehind() {
        bad("goes back from revision 4 to 3", local(NEW, 10, 11, 4, A4), local(NEW, 12, 13, 3, A3));
        bad("goes back from revision 4 to 3", read(NEW, 10, 11, 4, A4), local(NEW, 12, 13, 3, A3));
        bad("goes back from revision 5 to 3", put(0, 1).by(NEW), local(NEW, 12, 13, 3, A3));
    }

    @Test
    void oldMemberMayNotGoBack() {
        bad("goes back from revision 5 to 4", put(0, 1), local(OLD, 10, 11, 5, A5), local(OLD, 12, 13, 4, A4));
    }

    @Test
    void whatIsAskedAtTheSameTimeMayBeAnsweredInAnyOrder() {
        good(local(NEW, 10, 12, 3, A3), local(NEW, 11, 13, 2, A2));
        good(put(0, 1), local(OLD, 10, 12, 5, A5), local(OLD, 12, 13, 4, A4));
    }

    @Test
    void eachMemberGoesItsOwnWay() {
        good(put(0, 1), local(OLD, 10, 11, 5, A5), local(NEW, 12, 13, 2, A2));
    }

    @Test
    void newMemberMayShowOnlyWhatWas() {
        bad("revision 3 was", local(NEW, 10, 11, 3, A2));
        bad("revision 1 was", local(NEW, 10, 11, 1, A2));
        bad("revision 0 isn't from 1 to 4", local(NEW, 10, 11, 0));
    }

    @Test
    void newMembersLinearizableReadsAreLikeAllOthers() {
        bad("revision 3 isn't after 4", read(NEW, 10, 11, 3, A3));
        bad("comes after one", put(0, 1), read(NEW, 10, 11, 4, A4));
    }

    @Test
    void whatIsForgottenOfThePastIsNotHeldAgainstANewMember() {
        Past past = new Past(1, List.of(), 1);
        past.add(new TreeMap<>(
                Map.of(2L, List.of(Change.put(A2)), 3L, List.of(Change.put(A3)), 4L, List.of(Change.put(A4)))));

        assertThat(past.check(List.of(local(NEW, 10, 11, 2)))).isEmpty();
        assertThat(past.check(List.of(local(NEW, 10, 11, 3, A3)))).isEmpty();
        assertThat(past.check(List.of(local(NEW, 10, 11, 3)))).isPresent();
        assertThat(past.last()).isEqualTo(4);
    }

    private void good(Operation... operations) {
        assertThat(newcomers.check(List.of(A4), List.of(operations), new TreeMap<>()))
                .isInstanceOf(Verdict.Linearizable.class);
    }

    private void bad(String reason, Operation... operations) {
        assertThat(newcomers.check(List.of(A4), List.of(operations), new TreeMap<>()))
                .isInstanceOfSatisfying(
                        Verdict.Violation.class,
                        violation -> assertThat(violation.reason()).contains(reason));
    }

    private static Past past() {
        Past past = new Past(1, List.of());
        past.add(new TreeMap<>(Map.of(2L, List.of(Change.put(A2)))));
        past.add(new TreeMap<>(Map.of(3L, List.of(Change.put(A3)), 4L, List.of(Change.put(A4)))));
        return past;
    }

    /** The only change there is in these histories. */
    private static Operation put(long asked, long answered) {
        return Operation.known(
                0, asked, answered, Request.of(new Step.Put("a", "4")), new Answer(5, true, List.of(List.of(A4))));
    }

    private static Operation read(long member, long asked, long answered, long revision, Pair... found) {
        return answered(member, asked, answered, Request.of(new Step.Get(Keys.one("a"))), revision, found);
    }

    private static Operation local(long member, long asked, long answered, long revision, Pair... found) {
        return answered(member, asked, answered, Request.serializable(Keys.one("a")), revision, found);
    }

    private static Operation answered(
            long member, long asked, long answered, Request request, long revision, Pair... found) {
        return Operation.known(1, asked, answered, request, new Answer(revision, true, List.of(List.of(found))))
                .by(member);
    }
}
