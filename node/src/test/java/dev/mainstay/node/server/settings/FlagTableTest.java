package dev.mainstay.node.server.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FlagTableTest {

    private final FlagTable table = new FlagTable();

    @Test
    void everyFlagAndDefaultIsAsRecorded() throws IOException {
        StringBuilder present = new StringBuilder();
        for (Flag flag : table.all()) {
            present.append(String.join(
                            " | ",
                            flag.name(),
                            flag.type().name(),
                            flag.defaultText(),
                            flag.support().name()))
                    .append('\n');
        }
        table.renamed().keySet().stream()
                .sorted()
                .forEach(old -> present.append(old)
                        .append(" -> ")
                        .append(table.successor(old).orElseThrow())
                        .append('\n'));

        assertThat(present.toString()).isEqualTo(recorded());
    }

    @Test
    void everyDefaultIsAValue() {
        for (Flag flag : table.all()) {
            assertThat(flag.type().parse(flag.defaultText())).as(flag.name()).isNotNull();
        }
    }

    @Test
    void everySuccessorExistsAndEveryNoteIsThere() {
        table.renamed().values().stream()
                .filter(successor -> !successor.startsWith("gate "))
                .forEach(successor ->
                        assertThat(table.find(successor)).as(successor).isPresent());
        table.all()
                .forEach(flag -> assertThat(flag.note().isEmpty())
                        .as(flag.name())
                        .isEqualTo(flag.support() == Support.HONOURED));
    }

    private static String recorded() throws IOException {
        try (InputStream file = FlagTableTest.class.getResourceAsStream("/settings/flags.txt")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
