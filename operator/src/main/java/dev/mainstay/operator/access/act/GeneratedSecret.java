package dev.mainstay.operator.access.act;

import dev.mainstay.operator.cluster.desired.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/** Secrets with passwords that the operator makes: 192 random bits, as text. */
final class GeneratedSecret {

    private static final int BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private GeneratedSecret() {}

    /** With a new password for {@code user}; it goes together with {@code owner}. */
    static Secret of(HasMetadata owner, String cluster, String name, String user) {
        byte[] random = new byte[BYTES];
        RANDOM.nextBytes(random);
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(owner.getMetadata().getNamespace())
                .withLabels(Names.labels(cluster))
                .withOwnerReferences(Names.owner(owner))
                .endMetadata()
                .withType("kubernetes.io/basic-auth")
                .addToData("username", encoded(user))
                .addToData(
                        Passwords.KEY,
                        encoded(Base64.getUrlEncoder().withoutPadding().encodeToString(random)))
                .build();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
