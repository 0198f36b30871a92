package dev.mainstay.node.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.Jazzer;
import dev.mainstay.node.api.RequestFuzz;
import dev.mainstay.node.api.gateway.JsonFuzz;
import dev.mainstay.node.api.transport.FramesFuzz;
import dev.mainstay.node.command.LogEntryFuzz;
import dev.mainstay.node.server.settings.ConfigFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jazzer, a fuzzer that follows the coverage it reaches, on whatever reads what comes from outside: each target in a process of
 * its own, for some thousand inputs here and for {@code -Dfuzz.seconds} with {@code make fuzz}. What it finds lies in
 * {@code target/fuzz}.
 */
class FuzzingTest {

    private static final int RUNS = 2000;

    /** 0 to try {@link #RUNS} inputs, however long that takes. */
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 0);

    private static final int PATIENCE_SECONDS = 180;
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");

    @TempDir
    Path temp = Path.of("");

    static List<Class<?>> targets() {
        return List.of(LogEntryFuzz.class, RequestFuzz.class, JsonFuzz.class, FramesFuzz.class, ConfigFuzz.class);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void nothingFromOutsideBreaksIn(Class<?> target) throws Exception {
        Path corpus = seeds(target);
        Path found = Files.createDirectories(Path.of("target", "fuzz"));
        Path log = temp.resolve("log");
        Process fuzzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:+EnableDynamicAgentLoading",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Jazzer.class.getName(),
                        "--target_class=" + target.getName(),
                        // Not what protoc generates: to instrument that takes half a minute and says nothing.
                        "--instrumentation_includes=dev.mainstay.node.**",
                        // Netty's own start breaks under the hook for Unsafe.
                        "--custom_hook_includes=dev.mainstay.node.**",
                        "--reproducer_path=" + found,
                        "-artifact_prefix=" + found + "/",
                        SECONDS > 0 ? "-max_total_time=" + SECONDS : "-runs=" + RUNS,
                        "-print_final_stats=1",
                        corpus.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(fuzzer.waitFor(SECONDS + PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("ends in time")
                    .isTrue();
        } finally {
            fuzzer.destroyForcibly();
        }

        String text = Files.readString(log);
        Matcher done = DONE.matcher(text);
        assertThat(fuzzer.exitValue()).as(text).isZero();
        assertThat(done.find()).as(text).isTrue();
        System.out.println("fuzz: " + target.getSimpleName() + ", " + done.group());
        assertThat(Long.parseLong(done.group(1))).as(text).isGreaterThanOrEqualTo(RUNS);
    }

    private Path seeds(Class<?> target) throws IOException, ReflectiveOperationException {
        Path corpus = Files.createDirectory(temp.resolve("corpus"));
        int number = 0;
        for (Object seed : (List<?>) target.getMethod("seeds").invoke(null)) {
            Files.write(corpus.resolve("seed" + number++), (byte[]) seed);
        }
        return corpus;
    }
}
