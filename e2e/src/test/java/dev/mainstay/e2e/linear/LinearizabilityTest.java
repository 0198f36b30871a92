package dev.mainstay.e2e.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories whose verdict is plain to see. All begin with an empty store at revision 1. */
class LinearizabilityTest {
    private static final Pair A2 = new Pair("a", "1", 2, 2, 1);
    private static final Pair A3 = new Pair("a", "2", 2, 3, 2);

    @Test
    void readsMayBeAnywhereWithinTheirTime() {
        good(put(0, 10, 2, "a", "1"), get(5, 8, 1, "a"), get(6, 9, 2, "a", A2));
    }

    @Test
    void aStaleReadIsNoticed() {
        bad("revision 2 comes after one", put(0, 10, 2, "a", "1"), get(11, 12, 1, "a"));
        bad(
                "revision 3 comes after one",
                put(0, 10, 2, "a", "1"),
                put(11, 12, 3, "a", "2", A2),
                get(13, 14, 2, "a", A2));
    }

    @Test
    void aReadThatMayBeStaleIsNot() {
        good(
                put(0, 10, 2, "a", "1"),
                Operation.known(
                        1, 11, 12, Request.serializable(Keys.one("a")), new Answer(1, true, List.of(List.of()))));
    }

    @Test
    void aReadOfTheFutureIsNoticed() {
        bad("was asked for only later", get(0, 1, 2, "a", A2), put(5, 6, 2, "a", "1"));
        bad(
                "revision 2 was made by no operation",
                get(0, 1, 2, "a", A2),
                Operation.unknown(1, 5, Request.of(new Step.Put("a", "1"))));
    }

    @Test
    void aLostWriteIsNoticed() {
        bad("revision 2 should have been seen as", put(0, 1, 2, "a", "1"), get(2, 3, 2, "a"));
        bad("revision 2 was given to", put(0, 1, 2, "a", "1"), put(2, 3, 2, "b", "2"));
    }

    @Test
    void aWriteDoneTwiceIsNoticed() {
        bad(
                "revision 3 was made by no operation",
                put(0, 1, 2, "a", "1"),
                get(2, 3, 3, "a", new Pair("a", "1", 2, 3, 2)));
        bad(
                "revision 3 was made by no operation",
                Operation.unknown(0, 0, Request.of(new Step.Put("a", "1"))),
                get(2, 3, 3, "a", new Pair("a", "1", 2, 3, 2)));
    }

    @Test
    void revisionsThatGoBackAreNoticed() {
        bad("revision 3 comes after one", put(0, 1, 3, "a", "1"), put(2, 3, 2, "b", "2"));
    }

    @Test
    void aTornTransactionIsNoticed() {
        Operation both = Operation.known(
                0,
                0,
                10,
                Request.of(new Step.Put("a", "1"), new Step.Put("b", "1")),
                new Answer(2, true, List.of(List.of(), List.of())));
        Pair b2 = new Pair("b", "1", 2, 2, 1);

        good(both, range(1, 2, 1), range(3, 4, 2, A2, b2));
        bad("revision 2 should have been seen as", both, range(3, 4, 2, A2));
    }

    @Test
    void aWriteOfUnknownFateHappensOrNot() {
        Operation lost = Operation.unknown(0, 0, Request.of(new Step.Put("a", "1")));

        good(lost, get(5, 6, 1, "a"));
        good(lost, get(5, 6, 2, "a", A2));
        good(lost, get(5, 6, 1, "a"), get(7, 8, 2, "a", A2));
        good(lost, get(5, 6, 1, "a"), put(7, 8, 2, "b", "2"), get(9, 10, 3, "a", new Pair("a", "1", 3, 3, 1)));
    }

    @Test
    void aWriteOfUnknownFateThatWasSeenStays() {
        Operation lost = Operation.unknown(0, 0, Request.of(new Step.Put("a", "1")));

        bad("revision 2 comes after one", lost, get(5, 6, 2, "a", A2), get(7, 8, 1, "a"));
        bad("revision 2 should have been seen as", lost, get(5, 6, 2, "a", A2), get(7, 8, 2, "a"));
    }

    @Test
    void theRightOneOfSeveralLostWritesIsFound() {
        Operation first = Operation.unknown(0, 0, Request.of(new Step.Put("a", "1")));
        Operation other = Operation.unknown(1, 0, Request.of(new Step.Put("b", "1")));
        Operation deletion = Operation.unknown(2, 0, Request.of(new Step.Delete(Keys.one("a"))));

        good(first, other, deletion, get(5, 6, 4, "b", new Pair("b", "1", 3, 3, 1)), get(5, 6, 4, "a"));
        good(first, other, deletion, get(5, 6, 4, "b", new Pair("b", "1", 4, 4, 1)), get(5, 6, 4, "a"));
        bad("revision", first, other, deletion, get(5, 6, 4, "b", new Pair("b", "1", 2, 2, 1)), get(5, 6, 4, "a", A2));
    }

    @Test
    void guardsAreHeldToWhatTheySay() {
        Request create = Request.guarded(new Guard("a", 0), new Step.Put("a", "2"));
        Request change = Request.guarded(new Guard("a", 2), new Step.Put("a", "2"));

        good(
                put(0, 1, 2, "a", "1"),
                Operation.known(1, 2, 3, create, new Answer(2, false, List.of(List.of(A2)))),
                Operation.known(1, 4, 5, change, new Answer(3, true, List.of(List.of(A2)))),
                get(6, 7, 3, "a", A3));
        bad(
                "revision 3 should have been answered",
                put(0, 1, 2, "a", "1"),
                Operation.known(1, 2, 3, create, new Answer(3, true, List.of(List.of(A2)))));
        bad(
                "revision 2 should have been seen as",
                put(0, 1, 2, "a", "1"),
                Operation.known(1, 2, 3, change, new Answer(2, false, List.of(List.of(A2)))));
    }

    @Test
    void deletionsOfNothingMakeNoRevision() {
        Request delete = Request.of(new Step.Delete(Keys.one("a")));

        good(
                put(0, 1, 2, "a", "1"),
                Operation.known(1, 2, 3, delete, new Answer(3, true, List.of(List.of(A2)))),
                Operation.known(1, 4, 5, delete, new Answer(3, true, List.of(List.of()))));
        bad(
                "revision 2 should have been seen as",
                put(0, 1, 2, "a", "1"),
                Operation.known(1, 2, 3, delete, new Answer(2, true, List.of(List.of()))));
    }

    private static void good(Operation... operations) {
        assertThat(Linearizability.check(1, List.of(operations))).isInstanceOf(Verdict.Linearizable.class);
    }

    private static void bad(String reason, Operation... operations) {
        assertThat(Linearizability.check(1, List.of(operations)))
                .isInstanceOfSatisfying(
                        Verdict.Violation.class,
                        violation -> assertThat(violation.reason()).contains(reason));
    }

    private static Operation put(long asked, long answered, long revision, String key, String value, Pair... before) {
        return Operation.known(
                0,
                asked,
                answered,
                Request.of(new Step.Put(key, value)),
                new Answer(revision, true, List.of(List.of(before))));
    }

    private static Operation get(long asked, long answered, long revision, String key, Pair... found) {
        return Operation.known(
                1,
                asked,
                answered,
                Request.of(new Step.Get(Keys.one(key))),
                new Answer(revision, true, List.of(List.of(found))));
    }

    private static Operation range(long asked, long answered, long revision, Pair... found) {
        return Operation.known(
                1,
                asked,
                answered,
                Request.of(new Step.Get(new Keys("a", "z"))),
                new Answer(revision, true, List.of(List.of(found))));
    }
}
