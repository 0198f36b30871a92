package dev.mainstay.node.objectstore.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartSizesTest {

    private static final long TIB = 1L << 40;

    @Test
    void tenThousandPartsHoldTheLongestObject() {
        long sum = 0;
        for (int part = 1; part <= PartSizes.MAX_PARTS; part++) {
            assertThat(PartSizes.of(part)).isGreaterThanOrEqualTo(PartSizes.of(Math.max(1, part - 1)));
            assertThat(PartSizes.of(part)).as("what S3 takes").isBetween(5L << 20, 5L << 30);
            sum += PartSizes.of(part);
        }

        assertThat(sum).isGreaterThanOrEqualTo(5 * TIB);
    }
}
