package dev.mainstay.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who is woken by an alert finds a page that tells what to do, and no page tells of alerts that there aren't. */
class AlertsPageTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern RAISED = Pattern.compile("(?:alert: ?|\")(Mainstay[A-Z][A-Za-z]+)\\b");
    private static final Pattern TOLD = Pattern.compile("^## (Mainstay[A-Z][A-Za-z]+)$", Pattern.MULTILINE);

    @Test
    void everyAlertHasASectionAndEverySectionAnAlert() throws IOException {
        Set<String> raised = new TreeSet<>();
        for (Path folder : Stream.of("kustomize", "charts", "operator/src/main/java")
                .map(ROOT::resolve)
                .toList()) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String text = Files.readString(file);
                    if (text.contains("alert: ") || text.contains("alert(")) {
                        raised.addAll(found(RAISED, text));
                    }
                }
            }
        }

        assertThat(raised).hasSizeGreaterThan(5);
        assertThat(found(TOLD, Files.readString(ROOT.resolve("docs/alerts.md"))))
                .isEqualTo(raised);
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
