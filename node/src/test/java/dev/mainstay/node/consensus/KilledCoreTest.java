package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.mvcc.HashRead;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process with the whole write path in it: nothing acknowledged may be missing, and the state must be that of the
 * log. For the latter the database from before the last run replays all that run's entries, which the other one, flushed
 * in between, has but the last of.
 */
@Timeout(240)
class KilledCoreTest {

    private static final int KILLS = 5;

    @TempDir
    private Path directory;

    @Test
    void killedMemberKeepsEveryAcknowledgedPutAndAgreesWithItsLog() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = new Random(seed);
        Path data = Files.createDirectory(directory.resolve("data"));
        Map<String, Long> acknowledged = new LinkedHashMap<>();
        Path databaseBefore = directory.resolve("database-before");
        for (int kill = 0; kill < KILLS; kill++) {
            if (kill == KILLS - 1) {
                TestMember.copy(data.resolve("db"), databaseBefore);
            }
            writeAndKill(data, kill * 1_000_000, 100 + random.nextInt(600), acknowledged);
        }
        Path replaying = TestMember.copy(data, directory.resolve("replaying"));
        delete(replaying.resolve("db"));
        TestMember.copy(databaseBefore, replaying.resolve("db"));

        try (CoreMember recovered = CoreMember.open(data);
                CoreMember replayed = CoreMember.open(replaying)) {
            Outcome last = recovered.put("last").get();
            assertThat(replayed.put("last").get()).isEqualTo(last);

            acknowledged.forEach((key, revision) -> {
                KeyValue kv = recovered.kv.get(Bytes.utf8(key));
                assertThat(kv).as(key).isNotNull();
                assertThat(kv.value()).isEqualTo(Bytes.utf8("value of " + key));
                assertThat(kv.modRevision()).as(key).isGreaterThanOrEqualTo(revision);
            });
            assertThat(recovered.kv.hash(0)).isInstanceOf(HashRead.Hashed.class).isEqualTo(replayed.kv.hash(0));
        }
    }

    private static void writeAndKill(Path data, int first, int enough, Map<String, Long> acknowledged)
            throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CoreMember.class.getName(),
                        data.toString(),
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int read = 0;
        try (BufferedReader lines = writer.inputReader()) {
            for (String line; (line = lines.readLine()) != null; ) {
                String[] words = line.split(" ", -1);
                if (words.length == 2 && words[0].startsWith("k")) {
                    acknowledged.merge(words[0], Long.parseLong(words[1]), Math::max);
                    if (++read == enough) {
                        // Through the handle, which leaves the pipe to be read to its end.
                        writer.toHandle().destroyForcibly();
                    }
                }
            }
        }
        assertThat(read).as("acknowledged before the kill").isGreaterThanOrEqualTo(enough);
        assertThat(writer.waitFor()).isEqualTo(128 + 9);
    }

    private static void delete(Path flat) throws IOException {
        try (Stream<Path> files = Files.list(flat)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(flat);
    }
}
