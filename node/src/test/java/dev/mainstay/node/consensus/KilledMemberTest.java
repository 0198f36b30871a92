package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Outcome;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class KilledMemberTest {

    private static final int KILLS = 6;

    @TempDir
    private Path directory;

    @Test
    void everyAcknowledgedPutSurvivesKillsUnderLoad() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = new Random(seed);
        Set<String> acknowledged = new LinkedHashSet<>();
        for (int kill = 0; kill < KILLS; kill++) {
            int enough = 200 + random.nextInt(1_500);
            Process writer = writer(kill * 1_000_000);
            try (BufferedReader lines = writer.inputReader()) {
                int read = 0;
                for (String line; (line = lines.readLine()) != null; ) {
                    if (line.startsWith("k")) {
                        acknowledged.add(line);
                        if (++read == enough) {
                            // Through the handle, which leaves the pipe to be read to its end.
                            writer.toHandle().destroyForcibly();
                        }
                    }
                }
                assertThat(read).as("acknowledged before kill %d", kill).isGreaterThanOrEqualTo(enough);
            }
            assertThat(writer.waitFor()).isEqualTo(128 + 9);
        }

        try (var member = TestMember.open(directory)) {
            assertThat(member.put("last", "1").get()).isInstanceOf(Outcome.PutDone.class);
            assertThat(member.state.map().keySet()).containsAll(acknowledged);
        }
    }

    private Process writer(int first) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WriterProcess.class.getName(),
                        directory.toString(),
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
