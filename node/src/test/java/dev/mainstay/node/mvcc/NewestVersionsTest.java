package dev.mainstay.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Revision;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewestVersionsTest {

    private static final long MIB = 1 << 20;

    /** Much more is written than there is room for, in all sizes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsThereIsTheNewest(long seed) {
        Random random = new Random(seed);
        NewestVersions newest = new NewestVersions(seed * MIB);
        Map<Bytes, StoredVersion> model = new HashMap<>();
        int keys = 1 << (4 + 3 * (int) seed);
        for (int revision = 2; revision < 60_000; revision++) {
            Bytes key = Bytes.utf8("k" + random.nextInt(keys));
            StoredVersion version = random.nextInt(10) == 0
                    ? StoredVersion.tombstone(key, new Revision(revision, 0))
                    : version(key, revision, random.nextInt(8) == 0 ? random.nextInt(40_000) : random.nextInt(200));
            newest.put(version);
            model.put(key, version);
            Bytes asked = Bytes.utf8("k" + random.nextInt(keys));
            StoredVersion found = newest.get(asked);
            if (found != null) {
                assertThat(found).isEqualTo(model.get(asked));
            }
        }
        assertThat(newest.hits()).isPositive();
        assertThat(newest.misses()).isPositive();
        assertThat(newest.bytes()).isLessThan(seed * MIB + seed * MIB / 8);
    }

    @Test
    void whatFitsIsKept() {
        NewestVersions newest = new NewestVersions(4 * MIB);
        for (int i = 0; i < 8_000; i++) {
            newest.put(version(Bytes.utf8("key-" + i), i + 2, 256));
        }
        for (int i = 0; i < 8_000; i++) {
            StoredVersion found = newest.get(Bytes.utf8("key-" + i));
            if (found != null) {
                assertThat(found).isEqualTo(version(Bytes.utf8("key-" + i), i + 2, 256));
            }
        }
        assertThat(newest.hits()).as("all but a few whose places collide").isGreaterThan(7_900);
    }

    @Test
    void whatIsTooLargeOrGoneIsForgotten() {
        NewestVersions newest = new NewestVersions(MIB);
        Bytes key = Bytes.utf8("key");
        newest.put(version(key, 2, 10));
        assertThat(newest.get(key)).isEqualTo(version(key, 2, 10));

        newest.put(version(key, 3, NewestVersions.MOST_BYTES));
        assertThat(newest.get(key)).isNull();

        newest.put(version(key, 4, 10));
        newest.put(StoredVersion.tombstone(key, new Revision(5, 0)));
        assertThat(newest.get(key)).isNull();
    }

    @Test
    void nothingIsTakenBeforeAnythingIsWritten() {
        assertThat(new NewestVersions(64 * MIB).bytes()).isLessThan(5 * MIB);
    }

    private static StoredVersion version(Bytes key, long revision, int bytes) {
        byte[] value = new byte[bytes];
        new Random(revision).nextBytes(value);
        return StoredVersion.live(key, new Revision(revision, 3), 2, revision - 1, revision % 2, Bytes.wrap(value));
    }
}
