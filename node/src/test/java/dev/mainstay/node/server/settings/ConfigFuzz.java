package dev.mainstay.node.server.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Any file, and any command line, is settings, or refused with one line that says what is wrong. */
public final class ConfigFuzz {

    private static final Path FILE = file();
    private static final SettingsReader READER = new SettingsReader("version");

    private ConfigFuzz() {}

    /** One input of the fuzzer; its first byte says whether the rest is a file or a command line. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        List<String> arguments;
        if (input[0] % 2 == 0) {
            Files.write(FILE, rest);
            arguments = List.of("--config-file", FILE.toString());
        } else {
            String line = new String(rest, StandardCharsets.UTF_8);
            if (line.indexOf('\0') >= 0) {
                // No operating system passes that on.
                return;
            }
            arguments = List.of(line.split("\n", -1));
        }
        try {
            READER.read(arguments, Map.of());
        } catch (BadSettingException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("refused without a reason", e);
            }
        }
    }

    /** Where the fuzzer begins. */
    public static List<byte[]> seeds() {
        return List.of(
                seed(
                        0,
                        "name: m1\ndata-dir: /d\nheartbeat-interval: 100\nclient-transport-security:\n  cert-file: c\n"),
                seed(
                        0,
                        "{\"listen-client-urls\": \"http://127.0.0.1:2379\", \"auto-compaction-retention\": 3600000000000}"),
                seed(1, "--name=m1\n--initial-cluster\nm1=http://a:1,m1=http://b:2\n--quota-backend-bytes=-1"),
                seed(1, "--auto-compaction-mode=revision\n--auto-compaction-retention=100\n-max-txn-ops\n7"),
                seed(
                        1,
                        "--feature-gates=InitialCorruptCheck=true\n--experimental-max-learners=2\n--cipher-suites=A,B"));
    }

    private static byte[] seed(int first, String text) {
        byte[] rest = text.getBytes(StandardCharsets.UTF_8);
        byte[] seed = new byte[rest.length + 1];
        seed[0] = (byte) first;
        System.arraycopy(rest, 0, seed, 1, rest.length);
        return seed;
    }

    private static Path file() {
        try {
            Path file = Files.createTempFile("config", ".yaml");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
