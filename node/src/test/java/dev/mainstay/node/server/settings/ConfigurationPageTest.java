package dev.mainstay.node.server.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} says what the table of flags says; {@code make docs} writes it anew. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    private static final String INTRODUCTION = """
            # Configuration of a member

            Written by `make docs` from the definitions of the flags, which `mainstay --help` prints too. Names and defaults are
            etcd's.

            Each flag can be given on the command line (`--data-dir=/var/lib/mainstay`), in the environment
            (`ETCD_DATA_DIR` or `MAINSTAY_DATA_DIR`), or in a YAML or JSON file (`--config-file`, key `data-dir`). A file stands
            alone: flags and the environment are not looked at then. Giving one flag in two of these ways at once is an error.

            Durations are Go's (`100ms`, `1h30m`); lists are separated by commas. A flag that is *ignored* is taken so that
            existing manifests keep working, and a warning says that it changes nothing; one that is *refused* stops the start
            with the reason, unless it has its default.
            """;

    private final FlagTable table = new FlagTable();

    @Test
    void pageIsWhatTheTableSays() throws IOException {
        String page = page();
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE).as("`make docs` brings it up to date").content().isEqualTo(page);
    }

    private String page() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        String group = "";
        for (Flag flag : table.all()) {
            if (!flag.group().equals(group)) {
                group = flag.group();
                page.append("\n## ").append(group).append("\n\n");
                page.append("| Flag | Type | Default | Meaning |\n| --- | --- | --- | --- |\n");
            }
            page.append("| `").append(flag.name()).append("` | ");
            page.append(flag.type().name().toLowerCase(Locale.ROOT)).append(" | ");
            page.append(flag.defaultText().isEmpty() ? "" : '`' + flag.defaultText() + '`');
            page.append(" | ").append(flag.meaning());
            if (flag.support() != Support.HONOURED) {
                page.append(" *").append(capital(flag.support())).append(": ");
                page.append(flag.note()).append(".*");
            }
            page.append(" |\n");
        }
        page.append("\n## Names of older releases\n\n| Name | Now |\n| --- | --- |\n");
        table.renamed().keySet().stream()
                .sorted()
                .forEach(old -> page.append("| `")
                        .append(old)
                        .append("` | `")
                        .append(now(old))
                        .append("` |\n"));
        return page.toString();
    }

    private String now(String old) {
        return table.successor(old).orElseThrow().replace("gate ", "feature-gates=");
    }

    private static String capital(Support support) {
        return support.name().charAt(0) + support.name().substring(1).toLowerCase(Locale.ROOT);
    }
}
