package dev.mainstay.e2e.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WatchCheckTest {
    private static final Keys ALL = new Keys("a", "z");
    private static final Change A2 = Change.put(new Pair("a", "1", 2, 2, 1));
    private static final Change A3 = Change.put(new Pair("a", "2", 2, 3, 2));
    private static final Change B3 = Change.put(new Pair("b", "2", 3, 3, 1));
    private static final Change A4 = Change.deletion("a", 4);
    private static final NavigableMap<Long, List<Change>> CHANGES =
            new TreeMap<>(Map.of(2L, List.of(A2), 3L, List.of(A3, B3), 4L, List.of(A4)));

    private final WatchLog log = new WatchLog("w", ALL, 2);

    @Test
    void everythingOnceAndInOrderIsRight() {
        log.received(0, List.of(A2));
        log.received(1, List.of(A3, B3, A4));

        right();
        assertThat(log.next()).isEqualTo(5);
        assertThat(WatchCheck.seen(log)).isEqualTo(CHANGES);
    }

    @Test
    void onlyKeysAndRevisionsThatAreWatchedAreExpected() {
        WatchLog one = new WatchLog("one", Keys.one("a"), 3);
        one.received(0, List.of(A3));
        one.received(0, List.of(A4));

        assertThat(WatchCheck.check(one, CHANGES, 4)).isEmpty();
    }

    @Test
    void aGapIsNoticed() {
        log.received(0, List.of(A2));
        log.received(1, List.of(A4));

        wrong("got " + A4 + " where " + A3 + " comes next");
    }

    @Test
    void aMissingEndIsNoticed() {
        log.received(0, List.of(A2, A3, B3));

        wrong("never got " + A4);
    }

    @Test
    void aRepetitionIsNoticed() {
        log.received(0, List.of(A2, A3, B3));
        log.received(1, List.of(A3, B3, A4));

        wrong("revision 3 came in more than one message, or again");
    }

    @Test
    void aWrongOrderIsNoticed() {
        log.received(0, List.of(A3, B3));
        log.received(0, List.of(A2, A4));

        wrong("got " + A3 + " where " + A2 + " comes next");
    }

    @Test
    void aWrongOrderWithinARevisionIsNoticed() {
        log.received(0, List.of(A2, B3, A3, A4));

        wrong("got " + B3 + " where " + A3 + " comes next");
    }

    @Test
    void aTornRevisionIsNoticed() {
        log.received(0, List.of(A2, A3));
        log.received(0, List.of(B3, A4));

        wrong("revision 3 came in more than one message");
    }

    @Test
    void anAlteredChangeIsNoticed() {
        log.received(0, List.of(A2, Change.put(new Pair("a", "2", 2, 3, 1)), B3, A4));

        wrong("where " + A3 + " comes next");
    }

    @Test
    void aChangeNobodyMadeIsNoticed() {
        log.received(0, List.of(A2, A3, B3, A4, Change.put(new Pair("a", "9", 5, 5, 1))));

        right();
        assertThat(WatchCheck.check(log, CHANGES, 5))
                .hasValueSatisfying(said -> assertThat(said).contains("where nothing comes next"));
    }

    private void right() {
        assertThat(WatchCheck.check(log, CHANGES, 4)).isEmpty();
    }

    private void wrong(String reason) {
        assertThat(WatchCheck.check(log, CHANGES, 4))
                .hasValueSatisfying(said -> assertThat(said).startsWith("w: ").contains(reason));
    }
}
