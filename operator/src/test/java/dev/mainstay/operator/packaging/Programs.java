package dev.mainstay.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Programs beside Java, that {@code make test} brings; where one can't be had, tests fail and say how to bring it. */
final class Programs {

    private Programs() {}

    /** Where one is that a script of e2e/bin brings. */
    static String brought(String script) throws IOException, InterruptedException {
        return out(
                        Rendered.root(),
                        Rendered.root().resolve("e2e/bin").resolve(script).toString(),
                        "-q")
                .strip();
    }

    /** What a program says on its standard output; it must succeed. */
    static String out(Path folder, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor())
                .as(() -> String.join(" ", command) + "\n" + said)
                .isZero();
        return said;
    }
}
