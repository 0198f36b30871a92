package dev.mainstay.node.server.settings;

import dev.mainstay.node.tls.TlsFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the flags say of passwords and tokens. */
final class AuthAssembly {

    private static final String FLAG = "auth-token";
    private static final Set<String> METHODS = Set.of(
            "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512",
            "EdDSA");
    private static final Set<String> OPTIONS = Set.of("sign-method", "pub-key", "priv-key", "ttl");
    private static final Duration JWT_TTL = Duration.ofMinutes(5);
    private static final int LEAST_COST = 4;
    private static final int HIGHEST_COST = 31;

    private final FlagValues values;

    AuthAssembly(FlagValues values) {
        this.values = values;
    }

    NodeSettings.Auth auth() {
        List<String> parts = List.of(values.string(FLAG).split(",", -1));
        String kind = parts.getFirst();
        if (!kind.isEmpty() && !kind.equals("simple") && !kind.equals("jwt")) {
            throw BadSettingException.value("unknown --auth-token \"" + kind + "\": must be simple or jwt");
        }
        return new NodeSettings.Auth(
                kind.equals("jwt") ? Optional.of(jwt(options(parts.subList(1, parts.size())))) : Optional.empty(),
                Duration.ofSeconds(values.number("auth-token-ttl", 1, Integer.MAX_VALUE)),
                values.number("bcrypt-cost", LEAST_COST, HIGHEST_COST));
    }

    private static Map<String, String> options(List<String> parts) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String part : parts) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            if (equals < 0 || !OPTIONS.contains(name) || options.containsKey(name)) {
                throw BadSettingException.value("--auth-token jwt: unknown, repeated or empty option \"" + part
                        + "\"; there are sign-method, pub-key, priv-key and ttl");
            }
            options.put(name, part.substring(equals + 1));
        }
        return options;
    }

    private static NodeSettings.Jwt jwt(Map<String, String> options) {
        String method = options.getOrDefault("sign-method", "");
        if (!METHODS.contains(method)) {
            throw BadSettingException.value("--auth-token jwt: sign-method must be one of "
                    + String.join(", ", METHODS.stream().sorted().toList()));
        }
        Optional<TlsFile> publicKey = file(options, "pub-key");
        Optional<TlsFile> privateKey = file(options, "priv-key");
        if (method.startsWith("HS") ? privateKey.isEmpty() : publicKey.isEmpty() && privateKey.isEmpty()) {
            throw BadSettingException.value("--auth-token jwt with sign-method " + method + " needs "
                    + (method.startsWith("HS")
                            ? "priv-key, the file of the secret"
                            : "pub-key to check tokens, and priv-key to make them"));
        }
        return new NodeSettings.Jwt(method, publicKey, privateKey, ttl(options));
    }

    private static Optional<TlsFile> file(Map<String, String> options, String name) {
        return Optional.ofNullable(options.get(name)).map(path -> new TlsFile(FLAG, Path.of(path)));
    }

    private static Duration ttl(Map<String, String> options) {
        String text = options.get("ttl");
        if (text == null) {
            return JWT_TTL;
        }
        try {
            Duration ttl = GoDuration.parse(text);
            if (ttl.isPositive()) {
                return ttl;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw BadSettingException.value("--auth-token jwt: ttl \"" + text + "\" is no duration such as 10m");
        }
        throw BadSettingException.value("--auth-token jwt: ttl must be longer than nothing");
    }
}
