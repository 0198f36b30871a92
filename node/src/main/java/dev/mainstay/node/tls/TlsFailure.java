package dev.mainstay.node.tls;

import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Why a connection failed, so far as that was TLS. */
public final class TlsFailure {

    private static final int MOST_CAUSES = 20;

    private TlsFailure() {}

    /** The reason in words if a failure comes from TLS, such as a certificate that one side doesn't accept. */
    public static Optional<String> reason(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            if (cause instanceof SSLException) {
                return Optional.of(words(cause));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    private static String words(Throwable failure) {
        // Java puts the name of the alert before some of its texts, in parentheses.
        String text = innermost(failure).replaceFirst("^\\([a-z_]+\\) ", "");
        if (text.startsWith("Received fatal alert")) {
            return text + " (the other side didn't accept this one, most likely its certificate; its log says why)";
        }
        return text.equals("Empty client certificate chain") ? "it showed no certificate" : text;
    }

    /** The message of the last cause, which in TLS is the one that says something. */
    static String innermost(Throwable failure) {
        Throwable last = failure;
        for (int i = 0; last.getCause() != null && i < MOST_CAUSES; i++) {
            if (last.getMessage() != null && last.getMessage().startsWith("certificate ")) {
                break;
            }
            last = last.getCause();
        }
        String message = last.getMessage() == null ? last.toString() : last.getMessage();
        return switch (last) {
            case CertificateExpiredException _ -> "it has expired, " + message;
            case CertificateNotYetValidException _ -> "it is not valid yet, " + message;
            default -> message;
        };
    }
}
