package dev.mainstay.node.server.settings;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings of the archive, from the flags that begin with {@code archive-}. */
final class ArchiveAssembly {

    /** Options of a place, as the object stores call them; each is a flag with {@code archive-} before it. */
    static final List<String> OPTIONS = List.of(
            "endpoint-url",
            "ca-bundle",
            "region",
            "path-style",
            "access-key-file",
            "secret-key-file",
            "session-token-file",
            "profile",
            "sse",
            "kms-key-id",
            "storage-class",
            "credentials-file",
            "account",
            "account-key-file",
            "sas-token-file",
            "connection-string-file");

    private static final String PREFIX = "archive-";
    private static final String PATH_STYLE = "path-style";
    private static final Duration SHORTEST_FLUSH = Duration.ofMillis(100);
    private static final int LEAST_SEGMENT_BYTES = 1 << 10;
    private static final int MOST_SEGMENT_BYTES = 256 << 20;
    private static final int STRONGEST_COMPRESSION = 19;

    private final FlagValues values;

    ArchiveAssembly(FlagValues values) {
        this.values = values;
    }

    Optional<NodeSettings.Archive> archive() {
        String repository = values.string("archive-repository");
        Map<String, String> options = options();
        String keyFiles = values.string("archive-encryption-key-file");
        String keyId = values.string("archive-encryption-key-id");
        if (repository.isEmpty()) {
            if (!options.isEmpty() || !keyFiles.isEmpty() || !keyId.isEmpty()) {
                throw BadSettingException.value("--archive-repository is missing, which other archive flags are for");
            }
            return Optional.empty();
        }
        if (!keyId.isEmpty() && keyFiles.isEmpty()) {
            throw BadSettingException.value("--archive-encryption-key-id needs --archive-encryption-key-file");
        }
        Duration flush = values.duration("archive-flush-interval");
        if (flush.compareTo(SHORTEST_FLUSH) < 0) {
            throw BadSettingException.value(
                    "--archive-flush-interval must be at least 100ms (set to " + flush.toMillis() + "ms)");
        }
        return Optional.of(new NodeSettings.Archive(
                repository,
                options,
                flush,
                values.number("archive-segment-bytes", LEAST_SEGMENT_BYTES, MOST_SEGMENT_BYTES),
                values.number("archive-max-held-bytes"),
                keyFiles,
                keyId.isEmpty() ? Optional.empty() : Optional.of(keyId),
                values.number("archive-compression-level", 0, STRONGEST_COMPRESSION)));
    }

    private Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        for (String name : OPTIONS) {
            if (name.equals(PATH_STYLE)) {
                if (values.bool(PREFIX + name)) {
                    options.put(name, "true");
                }
            } else if (!values.string(PREFIX + name).isEmpty()) {
                options.put(name, values.string(PREFIX + name));
            }
        }
        return options;
    }
}
