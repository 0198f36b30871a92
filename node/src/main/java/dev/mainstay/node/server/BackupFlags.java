package dev.mainstay.node.server;

import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStores;
import dev.mainstay.node.objectstore.StoreOption;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.sealed.EncryptionKeys;
import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The arguments of {@code mainstay backup}'s commands, of which all say where the backups are.
 *
 * @param parsed all of them
 */
record BackupFlags(ToolFlags parsed) {

    private static final String REPOSITORY = "repository";
    private static final String KEY_FILE = "encryption-key-file";
    private static final String KEY_ID = "encryption-key-id";
    private static final String ACCEPT_PLAIN = "accept-unencrypted";
    private static final String COMPRESSION = "compression-level";

    /** Of zstd's; the store's files are compressed already, for speed. */
    private static final int USUAL_COMPRESSION = 3;

    private static final int USUAL_PARALLEL = 4;
    private static final int MOST_PARALLEL = 4;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})(|k|M|G)B?");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(s|m|h|d|w)");

    /** Where backups are, opened; to be closed. */
    record OpenStore(ObjectStore objects, ObjectCodec codec) implements AutoCloseable {

        @Override
        public void close() {
            objects.close();
        }
    }

    /**
     * Reads arguments.
     *
     * @param valued flags of the command that take a value
     * @param switches flags of the command that are given or not
     */
    static BackupFlags parse(List<String> arguments, Set<String> valued, Set<String> switches) {
        Set<String> allValued = new HashSet<>(valued);
        Set<String> allSwitches = new HashSet<>(switches);
        allValued.addAll(List.of(REPOSITORY, KEY_FILE, KEY_ID, COMPRESSION));
        allSwitches.add(ACCEPT_PLAIN);
        for (StoreOption option : StoreOption.values()) {
            (option.isSwitch() ? allSwitches : allValued).add(option.flag());
        }
        return new BackupFlags(ToolFlags.parse(arguments, allValued, allSwitches));
    }

    Map<String, String> values() {
        return parsed.values();
    }

    ToolOutput output() {
        return parsed.output();
    }

    boolean isOn(String name) {
        return parsed.isOn(name);
    }

    /** What a flag says, or else this. */
    String value(String name, String usual) {
        return values().getOrDefault(name, usual);
    }

    /** What a flag says that must be given. */
    String value(String name) {
        String value = values().get(name);
        if (value == null || value.isEmpty()) {
            throw ToolException.usage("--" + name + " is missing");
        }
        return value;
    }

    void requireNoOthers(String tool) {
        if (!parsed.others().isEmpty()) {
            throw ToolException.usage(
                    tool + " takes no argument \"" + parsed.others().getFirst() + "\"");
        }
    }

    /** The only argument that is no flag; empty if there is none. */
    String optional(String tool) {
        if (parsed.others().size() > 1) {
            throw ToolException.usage(tool + " takes one argument at most");
        }
        return parsed.others().isEmpty() ? "" : parsed.others().getFirst();
    }

    /** Opens the place where the backups are. */
    OpenStore open() throws IOException {
        URI place;
        try {
            place = URI.create(value(REPOSITORY));
        } catch (IllegalArgumentException e) {
            throw ToolException.usage("--repository: \"" + value(REPOSITORY) + "\" is no URL", e);
        }
        if (place.getScheme() == null) {
            throw ToolException.usage(
                    "--repository: \"" + place + "\" is no place: it begins with file:///, s3://, gs:// or azblob://");
        }
        ObjectCodec codec = codec();
        Map<String, String> options = new HashMap<>();
        values().forEach((name, value) -> {
            if (Arrays.stream(StoreOption.values())
                    .anyMatch(option -> option.flag().equals(name))) {
                options.put(name, value);
            }
        });
        return new OpenStore(ObjectStores.open(StoreSettings.of(place, options)), codec);
    }

    /** How objects are compressed and encrypted. */
    private ObjectCodec codec() throws IOException {
        long level = values().containsKey(COMPRESSION) ? parsed.number(COMPRESSION) : USUAL_COMPRESSION;
        if (level > ObjectCodec.MAX_LEVEL) {
            throw ToolException.usage("--" + COMPRESSION + " is from 0 to " + ObjectCodec.MAX_LEVEL);
        }
        String files = value(KEY_FILE, "");
        if (files.isEmpty()) {
            if (values().containsKey(KEY_ID)) {
                throw ToolException.usage("--" + KEY_ID + " needs --" + KEY_FILE);
            }
            return ObjectCodec.of((int) level, Optional.empty());
        }
        Optional<String> id = Optional.ofNullable(values().get(KEY_ID));
        ObjectCodec codec = ObjectCodec.of((int) level, Optional.of(EncryptionKeys.read(files, id)));
        return isOn(ACCEPT_PLAIN) ? codec.acceptingPlain() : codec;
    }

    /** The members that may be asked. */
    List<ToolEndpoint> members() {
        return ToolEndpoint.of(values(), "endpoints", "127.0.0.1:2379", "", "");
    }

    /** How many files are under way at a time. */
    int parallel() {
        long parallel = values().containsKey("parallel") ? parsed.number("parallel") : USUAL_PARALLEL;
        if (parallel < 1 || parallel > MOST_PARALLEL) {
            throw ToolException.usage("--parallel is from 1 to " + MOST_PARALLEL);
        }
        return (int) parallel;
    }

    /** A number of things, 0 if it isn't given. */
    int count(String name) {
        long number = parsed.number(name);
        if (number > Integer.MAX_VALUE) {
            throw ToolException.usage("--" + name + " is at most " + Integer.MAX_VALUE);
        }
        return (int) number;
    }

    /** A number of bytes, such as 100MB; 0 if it isn't given. */
    long bytes(String name) {
        String text = value(name, "");
        if (text.isEmpty()) {
            return 0;
        }
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw ToolException.usage("--" + name + ": \"" + text + "\" is no number of bytes such as 50MB");
        }
        return Long.parseLong(size.group(1))
                * switch (size.group(2)) {
                    case "k" -> 1_000L;
                    case "M" -> 1_000_000L;
                    case "G" -> 1_000_000_000L;
                    default -> 1L;
                };
    }

    /** A time, such as 36h; empty if it isn't given. */
    Optional<Duration> duration(String name) {
        String text = value(name, "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher duration = DURATION.matcher(text);
        if (!duration.matches()) {
            throw ToolException.usage("--" + name + ": \"" + text + "\" is no time such as 90s, 30m, 36h, 14d or 8w");
        }
        long number = Long.parseLong(duration.group(1));
        return Optional.of(
                switch (duration.group(2).toLowerCase(Locale.ROOT)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    default -> Duration.ofDays(7 * number);
                });
    }

    /** Names and values, as in {@code a=b,c=d}. */
    SortedMap<String, String> tags(String name) {
        SortedMap<String, String> tags = new TreeMap<>();
        for (String tag : value(name, "").split(",", -1)) {
            if (tag.isEmpty()) {
                continue;
            }
            int equals = tag.indexOf('=');
            if (equals < 1) {
                throw ToolException.usage("--" + name + ": \"" + tag + "\" is no name=value");
            }
            tags.put(tag.substring(0, equals), tag.substring(equals + 1));
        }
        return tags;
    }
}
