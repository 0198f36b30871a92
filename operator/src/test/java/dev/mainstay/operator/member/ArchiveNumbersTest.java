package dev.mainstay.operator.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What members' metrics say of the archive. */
class ArchiveNumbersTest {

    @Test
    void numbersAreReadAsPrometheusWritesThem() {
        String page = """
                # HELP mainstay_archive_revision The newest revision that is archived.
                # TYPE mainstay_archive_revision gauge
                mainstay_archive_revision 1.000000042E9
                mainstay_archive_since_revision 7.0
                mainstay_archive_shipping 1.0
                mainstay_archive_lag_seconds 2.5
                mainstay_archive_lag_entries 3.0
                mainstay_archive_until_timestamp_seconds 1.767225600123E9
                """;

        assertThat(MetricsPage.read(page).archive())
                .isEqualTo(new ArchiveNumbers(true, true, 2.5, 1_000_000_042, 7, 1_767_225_600.123));
    }

    @Test
    void whoWasNotToldSaysNothing() {
        assertThat(MetricsPage.read("etcd_server_has_leader 1.0\n").archive()).isEqualTo(ArchiveNumbers.NONE);
    }
}
