package dev.mainstay.node.etcdsnapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;

class RevisionIndexTest {

    @TempDir
    private Path directory;

    @Seeds(10)
    void whatGoesInComesOutInOrderAsOftenAsWanted(long seed) throws IOException {
        Random random = new Random(seed);
        List<RevisionIndex.Row> rows = new ArrayList<>();
        for (int i = random.nextInt(6_000); i > 0; i--) {
            byte[] place = new byte[1 + random.nextInt(random.nextInt(50) == 0 ? 40_000 : 40)];
            random.nextBytes(place);
            rows.add(new RevisionIndex.Row(
                    new Revision(i / 3, i % 3), random.nextBoolean(), random.nextInt(99), Bytes.wrap(place)));
        }
        List<RevisionIndex.Row> sorted = List.copyOf(rows).reversed();
        Collections.shuffle(rows, random);

        try (RevisionIndex index = new RevisionIndex(directory, 1 << (8 + random.nextInt(10)))) {
            for (RevisionIndex.Row row : rows) {
                index.add(row);
            }

            for (int time = 0; time < 2; time++) {
                List<RevisionIndex.Row> seen = new ArrayList<>();
                index.visit(seen::add);
                assertThat(seen).isEqualTo(sorted);
            }
            try (var files = Files.list(directory)) {
                assertThat(files).isEmpty();
            }
        }
    }
}
