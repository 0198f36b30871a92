package dev.mainstay.node.server.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads settings from a YAML or JSON file: keys are flag names, durations are whole nanoseconds or texts, lists are lists
 * or comma-separated texts, and TLS has two maps of its own.
 */
final class ConfigFile {

    /** Nobody's settings are larger; keeps a wrong path (a data file, a device) from filling the memory. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    private static final Map<String, String> CLIENT_TLS = Map.of(
            "allowed-cn",
            "client-cert-allowed-cn",
            "allowed-hostname",
            "client-cert-allowed-hostname",
            "crl-file",
            "client-crl-file");
    private static final Map<String, String> PEER_TLS =
            Map.of("allowed-cn", "peer-cert-allowed-cn", "allowed-hostname", "peer-cert-allowed-hostname");

    private final FlagTable table;
    private final Consumer<String> warnings;

    ConfigFile(FlagTable table, Consumer<String> warnings) {
        this.table = table;
        this.warnings = warnings;
    }

    /** The texts given, by flag name. */
    Map<String, String> read(Path file) {
        Map<String, String> given = new LinkedHashMap<>();
        parse(file).forEach((key, value) -> {
            switch (key) {
                case "client-transport-security" -> tls(file, key, value, "", CLIENT_TLS, given);
                case "peer-transport-security" -> tls(file, key, value, "peer-", PEER_TLS, given);
                default -> put(file, key, value, given);
            }
        });
        return given;
    }

    private void tls(
            Path file, String key, Object value, String prefix, Map<String, String> names, Map<String, String> given) {
        if (!(value instanceof Map<?, ?> map)) {
            throw BadSettingException.value("invalid " + key + " in " + file + ": must be a map");
        }
        map.forEach((name, setting) -> put(file, names.getOrDefault(name, prefix + name), setting, given));
    }

    private void put(Path file, String key, Object value, Map<String, String> given) {
        if (value == null) {
            return;
        }
        String present = table.successor(key).orElse(key);
        if (!present.startsWith("gate ") && table.find(present).isEmpty()) {
            warnings.accept("unrecognized key " + key + " in " + file);
            return;
        }
        boolean duration = table.find(present)
                .filter(flag -> flag.type() == FlagType.DURATION)
                .isPresent();
        given.put(key, text(file, key, value, duration));
    }

    private static String text(Path file, String key, Object value, boolean duration) {
        return switch (value) {
            case Map<?, ?> map -> throw BadSettingException.value("invalid " + key + " in " + file + ": is a map");
            case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(","));
            case Number nanos
            when duration -> Duration.ofNanos(nanos.longValue()).toNanos() + "ns";
            default -> String.valueOf(value);
        };
    }

    private static Map<String, Object> parse(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw BadSettingException.value("cannot read config file " + file + ": larger than 1 MiB");
            }
            Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
            if (document == null) {
                return Map.of();
            }
            if (!(document instanceof Map<?, ?> map)) {
                throw BadSettingException.value("cannot read config file " + file + ": is not a map of settings");
            }
            Map<String, Object> settings = new LinkedHashMap<>();
            map.forEach((key, value) -> settings.put(String.valueOf(key), value));
            return settings;
        } catch (NoSuchFileException e) {
            throw BadSettingException.value("cannot read config file " + file + ": no such file");
        } catch (IOException e) {
            throw BadSettingException.value("cannot read config file " + file + ": " + e);
        } catch (YAMLException e) {
            throw BadSettingException.value("cannot read config file " + file + ": "
                    + String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip());
        }
    }
}
