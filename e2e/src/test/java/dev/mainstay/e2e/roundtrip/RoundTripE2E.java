package dev.mainstay.e2e.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code make round-trip} does with a million keys, with fewer. */
@Tag("clients")
class RoundTripE2E {
    @Test
    void aWornEtcdIsTheSameInMainstayAndBackAgain(@TempDir Path dir) throws Exception {
        assertThat(RoundTrip.run(dir, 10_000, System.nanoTime())).isEmpty();
    }
}
