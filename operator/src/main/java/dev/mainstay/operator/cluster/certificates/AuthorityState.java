package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.pki.Credential;
import dev.mainstay.operator.pki.Pem;
import dev.mainstay.operator.pki.PkiException;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the secret of the authority holds. How far the replacement of the authority is, is nowhere else.
 *
 * @param issuing the authority that signs
 * @param next the one that will; null for none
 * @param previous certificate of the one that did, PEM; its key is gone; null for none
 * @param knownSince since when all members use what the phase brings; null if not all do
 */
public record AuthorityState(
        Credential issuing,
        @Nullable Credential next,
        @Nullable String previous,
        @Nullable Instant knownSince) {

    static final String NEXT_CERTIFICATE = "next.crt";
    static final String NEXT_KEY = "next.key";
    static final String PREVIOUS_CERTIFICATE = "previous.crt";

    /** Annotation with the moment of {@link #knownSince}. */
    static final String KNOWN_SINCE = MainstayApi.GROUP + "/known-since";

    /** Only this authority. */
    public static AuthorityState first(Credential authority) {
        return new AuthorityState(authority, null, null, null);
    }

    /** Throws {@link PkiException} for a secret that can't be used. */
    static AuthorityState of(Secret secret) {
        Map<String, String> data = SecretData.of(secret);
        String certificate = data.getOrDefault(NEXT_CERTIFICATE, "");
        Credential issuing = new Credential(
                data.getOrDefault(MemberCertificate.CERTIFICATE, ""), data.getOrDefault(MemberCertificate.KEY, ""));
        issuing.check();
        Credential next = certificate.isEmpty() ? null : new Credential(certificate, data.getOrDefault(NEXT_KEY, ""));
        if (next != null) {
            next.check();
        }
        String previous = data.get(PREVIOUS_CERTIFICATE);
        if (previous != null) {
            var _ = Pem.certificate(previous);
        }
        if (next != null && previous != null) {
            throw new PkiException("two replacements of the authority are under way at once");
        }
        return new AuthorityState(issuing, next, previous, since(secret));
    }

    private static @Nullable Instant since(Secret secret) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(secret.getMetadata().getAnnotations(), Map.of());
        String text = annotations.get(KNOWN_SINCE);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The secret's content. */
    Map<String, String> data() {
        Map<String, String> data = new TreeMap<>();
        data.put(MemberCertificate.CERTIFICATE, issuing.certificate());
        data.put(MemberCertificate.KEY, issuing.key());
        if (next != null) {
            data.put(NEXT_CERTIFICATE, next.certificate());
            data.put(NEXT_KEY, next.key());
        }
        if (previous != null) {
            data.put(PREVIOUS_CERTIFICATE, previous);
        }
        return data;
    }

    /** Certificates of the authorities to trust, PEM: the older first, so that they stay the same when the newer one begins to sign. */
    public String bundle() {
        if (next != null) {
            return issuing.certificate() + next.certificate();
        }
        return previous == null ? issuing.certificate() : previous + issuing.certificate();
    }

    /** Certificates that are trusted when the present replacement is over, PEM. */
    public String lastingBundle() {
        return next == null ? issuing.certificate() : next.certificate();
    }

    /** With one that will sign. */
    public AuthorityState withNext(Credential authority) {
        return new AuthorityState(issuing, authority, null, null);
    }

    /** With the moment since when all members use what the phase brings. */
    public AuthorityState known(Instant since) {
        return new AuthorityState(issuing, next, previous, since);
    }

    /** The next one signs. */
    public AuthorityState promoted() {
        return new AuthorityState(Objects.requireNonNull(next), null, issuing.certificate(), null);
    }

    /** The previous one is trusted no more. */
    public AuthorityState dropped() {
        return new AuthorityState(issuing, null, null, null);
    }
}
