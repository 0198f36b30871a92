package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.operator.cluster.desired.Hashes;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Content of secrets, as text. */
public final class SecretData {

    private static final Set<String> OURS = Set.of(
            MemberCertificate.CERTIFICATE,
            MemberCertificate.KEY,
            MemberCertificate.AUTHORITIES,
            MemberCertificate.PEER_CERTIFICATE,
            MemberCertificate.PEER_KEY,
            AuthorityState.NEXT_CERTIFICATE,
            AuthorityState.NEXT_KEY,
            AuthorityState.PREVIOUS_CERTIFICATE);

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

    /** Whether a field of a secret or ConfigMap is the operator's to write; others are let alone. */
    public static boolean ours(String field) {
        return OURS.contains(field);
    }

    /** Whether the operator's fields of what was found are these. */
    public static boolean holds(@Nullable Map<String, String> found, Map<String, String> wanted) {
        Map<String, String> own = found == null ? new TreeMap<>() : new TreeMap<>(found);
        own.keySet().retainAll(OURS);
        return own.equals(wanted);
    }

    /** SHA-256 in hex, as members report that of the file with their authorities. */
    public static String hash(String text) {
        return Hashes.text(text);
    }
}
