package dev.mainstay.operator.access.act;

import dev.mainstay.operator.cluster.certificates.SecretData;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Reads passwords from secrets, and makes those that nobody gave. */
public final class Passwords {

    /** The key with the password, unless another is named. */
    public static final String KEY = "password";

    /** Members hash with bcrypt, which looks at so many bytes. */
    private static final int LONGEST = 72;

    private final KubernetesClient kubernetes;

    /** Reads by {@code kubernetes}. */
    public Passwords(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** What came of reading. */
    public sealed interface Read {}

    /**
     * A password.
     *
     * @param value the password
     * @param version tells it from others: the secret's version
     */
    public record Found(String value, String version) implements Read {

        /** Says nothing of the password. */
        @Override
        public String toString() {
            return "Found[" + version + "]";
        }
    }

    /**
     * No password.
     *
     * @param why what is wrong, and what to do
     */
    public record Wrong(String why) implements Read {}

    /** The password in a secret that somebody made for {@code owner}. */
    public Read given(HasMetadata owner, String secretName, String key) {
        Secret secret = secret(owner, secretName);
        return secret == null
                ? new Wrong("there is no secret " + secretName + " in this namespace: create it with the key " + key)
                : read(secret, key);
    }

    /**
     * The password that was made for {@code owner}.
     *
     * @param user whose it is
     * @param make whether to make it if there is none
     */
    public Read generated(HasMetadata owner, String cluster, String secretName, String user, boolean make) {
        Secret secret = secret(owner, secretName);
        if (secret != null) {
            return owns(owner, secret)
                    ? read(secret, KEY)
                    : new Wrong(
                            "a secret " + secretName + " is there but isn't for this: rename or delete it, or name it"
                                    + " as the one with the password");
        }
        return make
                ? read(
                        kubernetes
                                .resource(GeneratedSecret.of(owner, cluster, secretName, user))
                                .create(),
                        KEY)
                : new Wrong("there is no secret " + secretName + " yet");
    }

    private Secret secret(HasMetadata owner, String name) {
        return kubernetes
                .secrets()
                .inNamespace(owner.getMetadata().getNamespace())
                .withName(name)
                .get();
    }

    private static boolean owns(HasMetadata owner, Secret secret) {
        List<OwnerReference> references =
                Objects.requireNonNullElse(secret.getMetadata().getOwnerReferences(), List.of());
        return references.stream()
                .anyMatch(reference ->
                        Objects.equals(reference.getUid(), owner.getMetadata().getUid()));
    }

    private static Read read(Secret secret, String key) {
        String name = secret.getMetadata().getName();
        String password = SecretData.of(secret).getOrDefault(key, "");
        if (password.isEmpty()) {
            return new Wrong("secret " + name + " has no " + key + ": put a password there");
        }
        if (password.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            return new Wrong("the password in secret " + name + " has more than " + LONGEST + " bytes: shorten it");
        }
        return new Found(
                password, Objects.requireNonNullElse(secret.getMetadata().getResourceVersion(), ""));
    }
}
