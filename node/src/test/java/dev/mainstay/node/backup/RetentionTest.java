package dev.mainstay.node.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which backups each rule keeps. */
class RetentionTest {

    private static final Instant NOW = Instant.parse("2027-03-14T12:00:00Z");

    /** A Sunday's and the days before; week 10 begins on Monday the 8th, and 2027 in week 53 of 2026. */
    private static final List<String> BACKUPS = List.of(
            "2026-12-31T23:00:00Z",
            "2027-01-01T01:00:00Z",
            "2027-01-31T23:59:59Z",
            "2027-02-01T00:00:00Z",
            "2027-03-07T23:00:00Z",
            "2027-03-08T01:00:00Z",
            "2027-03-13T01:00:00Z",
            "2027-03-13T23:10:00Z",
            "2027-03-13T23:50:00Z",
            "2027-03-14T00:10:00Z",
            "2027-03-14T11:00:00Z");

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of(
                        "no rule keeps all",
                        rules(0, 0, 0, 0, 0, Duration.ZERO),
                        List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
                Arguments.of("the last", rules(3, 0, 0, 0, 0, Duration.ZERO), List.of(8, 9, 10)),
                Arguments.of(
                        "more than there are",
                        rules(99, 0, 0, 0, 0, Duration.ZERO),
                        List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
                Arguments.of("the newest of each hour", rules(0, 3, 0, 0, 0, Duration.ZERO), List.of(8, 9, 10)),
                Arguments.of("the newest of each day", rules(0, 0, 4, 0, 0, Duration.ZERO), List.of(4, 5, 8, 10)),
                Arguments.of("the newest of each week", rules(0, 0, 0, 3, 0, Duration.ZERO), List.of(3, 4, 10)),
                Arguments.of(
                        "a week over new year is one", rules(0, 0, 0, 9, 0, Duration.ZERO), List.of(1, 2, 3, 4, 10)),
                Arguments.of("the newest of each month", rules(0, 0, 0, 0, 9, Duration.ZERO), List.of(0, 2, 3, 10)),
                Arguments.of("rules add up", rules(1, 0, 2, 0, 2, Duration.ZERO), List.of(3, 8, 10)),
                Arguments.of("age alone", rules(0, 0, 0, 0, 0, Duration.ofDays(1)), List.of(7, 8, 9, 10)),
                Arguments.of("age with rules", rules(0, 0, 9, 0, 0, Duration.ofDays(7)), List.of(4, 5, 8, 10)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void keeps(String name, Retention retention, List<Integer> kept) {
        List<BackupId> backups = new ArrayList<>();
        for (String time : BACKUPS) {
            backups.add(BackupId.of(Instant.parse(time), () -> 1));
        }

        Set<BackupId> gone = retention.without(backups, NOW);

        assertThat(backups.stream().filter(id -> !gone.contains(id)).map(backups::indexOf))
                .as(name)
                .containsExactlyElementsOf(kept);
    }

    @Test
    void orderOfBackupsMakesNoDifference() {
        List<BackupId> backups = BACKUPS.stream()
                .map(time -> BackupId.of(Instant.parse(time), () -> 1))
                .toList();
        Retention retention = rules(1, 2, 3, 4, 5, Duration.ofDays(40));

        assertThat(retention.without(backups.reversed(), NOW)).isEqualTo(retention.without(backups, NOW));
    }

    @Test
    void namesSortByTimeAndSayIt() {
        BackupId id = BackupId.of(Instant.parse("2027-03-14T02:00:00.999Z"), () -> 0x9f3c01abL << 32);

        assertThat(id.text()).isEqualTo("20270314T020000.999Z-9f3c01ab");
        assertThat(id.time()).isEqualTo(Instant.parse("2027-03-14T02:00:00.999Z"));
        assertThat(BackupId.parse("20270399T020000.000Z-9f3c01ab")).isEmpty();
        assertThat(BackupId.parse("../../etc/passwd")).isEmpty();
    }

    private static Retention rules(int last, int hourly, int daily, int weekly, int monthly, Duration maxAge) {
        return new Retention(
                last, hourly, daily, weekly, monthly, maxAge.isZero() ? Optional.empty() : Optional.of(maxAge));
    }
}
