package dev.mainstay.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members in a program that has the node as a library, and neither Quarkus nor its log. */
class HostProgramTest {

    @TempDir
    Path temp = Path.of("");

    @Test
    @Timeout(90)
    void programIsLeftAsItWas() throws Exception {
        Path output = Files.createFile(temp.resolve("output"));
        Path folder = Files.createDirectory(temp.resolve("tmp"));
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        classPath(),
                        HostProgram.class.getName())
                .redirectOutput(output.toFile())
                .redirectError(temp.resolve("errors").toFile())
                .start();
        try {
            assertThat(program.waitFor(80, TimeUnit.SECONDS))
                    .as("it ends by itself")
                    .isTrue();
        } finally {
            program.destroyForcibly();
        }

        assertThat(output)
                .as("errors: %s", Files.readString(temp.resolve("errors")))
                .hasContent("done");
        assertThat(program.exitValue()).isZero();
        assertThat(folder).isEmptyDirectory();
    }

    private static String classPath() {
        return Arrays.stream(
                        String.valueOf(System.getProperty("java.class.path")).split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("quarkus") && !entry.contains("jboss") && !entry.contains("junit"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
