package dev.mainstay.node.objectstore.gcs;

import com.google.cloud.BaseServiceException;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.stream.Causes;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What a failure of Google Cloud Storage means, by the status and the reason of its answer. */
final class GcsFailures {

    private GcsFailures() {}

    /** What went wrong with this, in words that say what to do. */
    static ObjectStoreException of(String what, Throwable cause) {
        Optional<ObjectStoreException> known = Causes.find(cause, ObjectStoreException.class);
        if (known.isPresent()) {
            return known.get();
        }
        Optional<SSLException> tls = Causes.find(cause, SSLException.class);
        if (tls.isPresent()) {
            return new ObjectStoreException(
                    Kind.BAD_SETTING,
                    "can't " + what + ": no TLS connection: " + tls.get().getMessage()
                            + "; if the store's certificate is of an authority of your own, name it with --ca-bundle",
                    cause);
        }
        int status = status(cause);
        String reason = Causes.find(cause, BaseServiceException.class)
                .map(BaseServiceException::getReason)
                .orElse("");
        String message = String.valueOf(cause.getMessage());
        Kind kind = kind(status, reason, message);
        return new ObjectStoreException(
                kind,
                "can't " + what + ": "
                        + (status > 0 ? "the store says " + status + " (" + message + ")" : message)
                        + advice(kind),
                cause);
    }

    /** The status of the store's answer, 0 if there is none. */
    static int status(Throwable cause) {
        return Causes.find(cause, BaseServiceException.class)
                .map(BaseServiceException::getCode)
                .orElse(0);
    }

    private static Kind kind(int status, String reason, String message) {
        String words = (reason + " " + message).toLowerCase(Locale.ROOT);
        if (words.contains("invalid_grant") && words.contains("iat")) {
            return Kind.CLOCK_SKEW;
        }
        if (status == 429 || words.contains("ratelimitexceeded")) {
            return Kind.THROTTLED;
        }
        if (status == 413 || words.contains("quotaexceeded")) {
            return Kind.FULL;
        }
        return switch (status) {
            case 401, 403 -> Kind.DENIED;
            case 404 -> words.contains("bucket") && words.contains("not exist") ? Kind.BAD_SETTING : Kind.MISSING;
            case 0 -> words.contains("invalid_grant") ? Kind.DENIED : Kind.UNREACHABLE;
            default -> status >= 500 || status == 408 ? Kind.UNREACHABLE : Kind.OTHER;
        };
    }

    private static String advice(Kind kind) {
        return switch (kind) {
            case DENIED -> "; look at the credentials and their roles (docs/object-stores.md)";
            case CLOCK_SKEW -> "; set this machine's clock";
            case THROTTLED -> "; try again later, or send less at once";
            case FULL -> "; make room or raise the quota";
            case BAD_SETTING -> "; make the bucket, or name another";
            case UNREACHABLE -> "; look at the network, or try again later";
            case MISSING, DAMAGED, OTHER -> "";
        };
    }
}
