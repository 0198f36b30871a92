package dev.mainstay.node.server.settings;

import dev.mainstay.node.objectstore.StoreOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The settings of the archive, from the flags that begin with {@code archive-}. */
final class ArchiveAssembly {

    /** What stands before the options of a place, as {@code mainstay backup} has them. */
    private static final String PREFIX = "archive-";

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
        for (StoreOption option : StoreOption.values()) {
            String flag = PREFIX + option.flag();
            if (option.isSwitch()) {
                if (values.bool(flag)) {
                    options.put(option.flag(), "true");
                }
            } else if (!values.string(flag).isEmpty()) {
                options.put(option.flag(), values.string(flag));
            }
        }
        return options;
    }
}
