package dev.mainstay.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/embedding.md} shows is compiled, and does what it says. */
@ExtendWith(QuietRatis.class)
class EmbeddingPageTest {

    private static final Path PAGE = Path.of("..", "docs", "embedding.md");
    private static final Path COMPILED = Path.of("src/test/java/dev/mainstay/embed/EmbeddingExamples.java");
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path temp = Path.of("");

    @Test
    void examplesAreCompiled() throws IOException {
        List<String> examples = EXAMPLE.matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult found) -> flat(found.group(1)))
                .toList();

        assertThat(examples)
                .hasSize(3)
                .allSatisfy(
                        example -> assertThat(flat(Files.readString(COMPILED))).contains(example));
    }

    @Test
    void memberOfTheExampleKeepsWhatItWasTold() {
        EmbeddingExamples.oneMember(temp);

        try (EmbeddedMember member =
                        EmbeddedMember.builder().dataDirectory(temp).start();
                Client client = new Client(member)) {
            assertThat(client.get("greeting")).isEqualTo("hello");
        }
    }

    private static String flat(String code) {
        return code.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }
}
