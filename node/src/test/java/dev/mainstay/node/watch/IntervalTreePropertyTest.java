package dev.mainstay.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.testing.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

class IntervalTreePropertyTest {

    @Seeds(100)
    void findsExactlyTheRangesAroundAKey(long seed) {
        Random random = new Random(seed);
        IntervalTree tree = new IntervalTree();
        Map<KeyRange, Target> model = new LinkedHashMap<>();
        for (int i = 0; i < 300; i++) {
            KeyRange range = range(random);
            Target known = model.remove(range);
            if (known != null) {
                tree.remove(known);
            } else if (!range.isEmpty()) {
                Target target = new Target(range);
                model.put(range, target);
                tree.insert(target);
            }
            Bytes key = key(random);
            List<Target> found = new ArrayList<>();
            tree.find(key, found);

            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(model.values().stream()
                            .filter(target -> target.range.contains(key))
                            .toList());
        }
    }

    private static KeyRange range(Random random) {
        return new KeyRange(key(random), random.nextInt(5) == 0 ? null : key(random));
    }

    private static Bytes key(Random random) {
        byte[] bytes = new byte[random.nextInt(3)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(6) * 50);
        }
        return Bytes.wrap(bytes);
    }
}
