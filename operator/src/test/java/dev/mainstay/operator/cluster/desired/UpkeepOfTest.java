package dev.mainstay.operator.cluster.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.engine.Upkeep;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When maintenance windows are open, and defragmentations due. */
class UpkeepOfTest {

    private static final String SATURDAYS = """
            windows:
              - {schedule: "0 2 * * 6", durationMinutes: 120, timeZone: Europe/Berlin}
            """;

    /** 2026-01-03 is a Saturday; on 2026-03-28, a Saturday too, Berlin's clocks are an hour behind what they are the night after. */
    @ParameterizedTest
    @CsvSource({
        "2026-01-03T00:59:59Z, false, 2026-01-03T01:00:00Z",
        "2026-01-03T01:00:00Z, true,",
        "2026-01-03T02:59:59Z, true,",
        "2026-01-03T03:00:00Z, false, 2026-01-10T01:00:00Z",
        "2026-03-28T01:00:00Z, true,",
        "2026-04-04T00:00:00Z, true,",
        "2026-04-04T02:00:00Z, false, 2026-04-11T00:00:00Z",
    })
    void windowOpensByTheClockOfItsZone(Instant now, boolean open, Instant opens) {
        Upkeep upkeep = upkeep(SATURDAYS, now);

        assertThat(upkeep.problem()).isEmpty();
        assertThat(upkeep.open()).isEqualTo(open);
        assertThat(upkeep.opens()).isEqualTo(opens);
    }

    @Test
    void ofSeveralWindowsOneIsEnough() {
        String two = """
                windows:
                  - {schedule: "0 2 * * *", durationMinutes: 60}
                  - {schedule: "30 2 1 * *", durationMinutes: 10080}
                """;

        assertThat(upkeep(two, Instant.parse("2026-01-01T01:59:00Z")).opens()).isEqualTo("2026-01-01T02:00:00Z");
        assertThat(upkeep(two, Instant.parse("2026-01-08T02:00:00Z")).open()).isTrue();
        assertThat(upkeep(two, Instant.parse("2026-01-08T03:00:00Z")).open()).isFalse();
    }

    @Test
    void withoutWindowsWorkIsAlwaysWelcome() {
        assertThat(upkeep("windows: []\n", Instant.parse("2026-01-01T00:00:00Z"))
                        .open())
                .isTrue();
        EtcdCluster plain = Serialization.unmarshal("spec:\n  storage: {size: 1Gi}\n", EtcdCluster.class);
        assertThat(UpkeepOf.cluster(plain, Instant.parse("2026-01-01T00:00:00Z")))
                .isEqualTo(Upkeep.ALWAYS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2026-01-05T03:29:59Z | false |",
                "2026-01-05T03:30:00Z | true  | 2026-01-05T03:30:00Z",
                "2026-01-05T04:29:59Z | true  | 2026-01-05T03:30:00Z",
                "2026-01-05T04:30:00Z | false |",
            })
    void defragmentationIsDueForAnHour(Instant now, boolean due, Instant since) {
        Upkeep upkeep = upkeep("defragmentation: {schedule: \"30 3 * * *\", minReclaimable: 1Mi}\n", now);

        assertThat(upkeep.defragmentation()).isEqualTo(new Upkeep.Defragmentation(due ? since : null, 1 << 20, 80));
    }

    /** What is due outside of a window is due when the next one opens, once. */
    @ParameterizedTest
    @CsvSource({
        "2026-01-02T03:40:00Z,",
        "2026-01-03T01:10:00Z, 2026-01-03T01:00:00Z",
        "2026-01-03T02:10:00Z,",
        "2026-01-03T02:40:00Z, 2026-01-03T02:30:00Z",
    })
    void defragmentationWaitsForAWindow(Instant now, Instant since) {
        Upkeep upkeep = upkeep(SATURDAYS + "defragmentation: {schedule: \"30 2 * * *\"}\n", now);

        assertThat(upkeep.defragmentation()).isEqualTo(new Upkeep.Defragmentation(since, 200 << 20, 80));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "windows: [{schedule: 'every night', durationMinutes: 60}] | spec.maintenance.windows[0].schedule 'every night' can't be read",
                "windows: [{schedule: '0 0 30 2 *', durationMinutes: 60}] | spec.maintenance.windows[0].schedule '0 0 30 2 *' never comes",
                "windows: [{schedule: '0 1 * * *', durationMinutes: 60, timeZone: Mars}] | spec.maintenance.windows[0].timeZone 'Mars' is no time zone",
                "defragmentation: {schedule: '61 * * * *'} | spec.maintenance.defragmentation.schedule '61 * * * *' can't be read",
            })
    void whatCannotBeReadIsSaidAndNothingIsWelcome(String maintenance, String problem) {
        Upkeep upkeep = upkeep(maintenance + "\n", Instant.parse("2026-01-01T00:00:00Z"));

        assertThat(upkeep.problem()).startsWith(problem);
        assertThat(upkeep.open()).isFalse();
    }

    private static Upkeep upkeep(String maintenance, Instant now) {
        EtcdCluster cluster = Serialization.unmarshal(
                "spec:\n  storage: {size: 1Gi}\n  maintenance:\n" + maintenance.indent(4), EtcdCluster.class);
        return UpkeepOf.cluster(cluster, now);
    }
}
