package dev.mainstay.node.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeSetTest {

    private static final int LETTERS = 4;

    /** Every key of up to three letters, and with them every place where a range of up to two letters may begin or end. */
    private static final List<Bytes> KEYS = keys();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void coversWhatHoldsKeyByKey(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<KeyRange> parts = new ArrayList<>();
            int count = random.nextInt(5);
            for (int i = 0; i < count; i++) {
                parts.add(range(random));
            }
            KeyRange wanted = range(random);
            if (wanted.isEmpty()) {
                continue;
            }

            assertThat(RangeSet.of(parts).covers(wanted))
                    .as("%s in %s", wanted, parts)
                    .isEqualTo(holds(parts, wanted));
        }
    }

    private static boolean holds(List<KeyRange> parts, KeyRange wanted) {
        boolean endless = wanted.to() != null || parts.stream().anyMatch(part -> part.to() == null);
        return endless
                && KEYS.stream()
                        .filter(wanted::contains)
                        .allMatch(key -> parts.stream().anyMatch(part -> part.contains(key)));
    }

    private static KeyRange range(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> KeyRange.single(key(random));
            case 1 -> new KeyRange(key(random), null);
            default -> new KeyRange(key(random), key(random));
        };
    }

    private static Bytes key(Random random) {
        StringBuilder key = new StringBuilder();
        int length = 1 + random.nextInt(2);
        for (int i = 0; i < length; i++) {
            key.append((char) ('a' + random.nextInt(LETTERS)));
        }
        return Bytes.utf8(key.toString());
    }

    private static List<Bytes> keys() {
        List<String> all = new ArrayList<>(List.of(""));
        for (int from = 0, length = 0; length < 3; length++) {
            int to = all.size();
            for (; from < to; from++) {
                for (char letter = 'a'; letter < 'a' + LETTERS; letter++) {
                    all.add(all.get(from) + letter);
                }
                all.add(all.get(from) + '\0');
            }
        }
        return all.stream().map(Bytes::utf8).toList();
    }
}
