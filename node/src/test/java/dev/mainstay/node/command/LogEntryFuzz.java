package dev.mainstay.node.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** Any bytes are a log entry that is written again the same, or malformed. */
public final class LogEntryFuzz {

    private LogEntryFuzz() {}

    /** One input of the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<CommandBatch> batches;
        try {
            batches = CommandCodec.decode(input);
        } catch (MalformedCommandException e) {
            return;
        }
        if (!batches.equals(CommandCodec.decode(CommandCodec.encode(batches)))) {
            throw new AssertionError("another entry after writing it: " + batches);
        }
    }

    /** Where the fuzzer begins. */
    public static List<byte[]> seeds() throws IOException {
        return List.of(fixture("v1"), fixture("v2"), fixture("v3"), fixture("v1-auth"));
    }

    private static byte[] fixture(String version) throws IOException {
        try (InputStream file = LogEntryFuzz.class.getResourceAsStream("/format/command-batch-" + version + ".hex")) {
            String hex = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
            return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
        }
    }
}
