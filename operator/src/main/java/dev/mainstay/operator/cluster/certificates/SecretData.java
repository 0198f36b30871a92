package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.operator.cluster.desired.Hashes;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Content of secrets, as text. */
public final class SecretData {

    private SecretData() {}

    /** What the secret holds; what isn't Base64 is left out. */
    public static Map<String, String> of(Secret secret) {
        Map<String, String> data = new TreeMap<>();
        Objects.requireNonNullElse(secret.getData(), Map.<String, String>of()).forEach((key, value) -> {
            try {
                data.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                data.remove(key);
            }
        });
        return data;
    }

    static Map<String, String> encoded(Map<String, String> data) {
        Map<String, String> encoded = new TreeMap<>();
        data.forEach((key, value) ->
                encoded.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        return encoded;
    }

    /** SHA-256 in hex, as members report that of the file with their authorities. */
    public static String hash(String text) {
        return Hashes.text(text);
    }
}
