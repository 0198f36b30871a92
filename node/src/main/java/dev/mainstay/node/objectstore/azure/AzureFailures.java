package dev.mainstay.node.objectstore.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.storage.blob.models.BlobStorageException;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.stream.Causes;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What a failure of Azure Blob Storage means, by the code of its answer, else by the answer's status. */
final class AzureFailures {

    private AzureFailures() {}

    /** What went wrong with this, in words that say what to do. */
    static ObjectStoreException of(String what, Throwable cause) {
        Optional<ObjectStoreException> known = Causes.find(cause, ObjectStoreException.class);
        if (known.isPresent()) {
            return known.get();
        }
        Optional<BlobStorageException> answer = Causes.find(cause, BlobStorageException.class);
        if (answer.isPresent()) {
            return ofAnswer(what, answer.get());
        }
        Optional<ClientAuthenticationException> refused = Causes.find(cause, ClientAuthenticationException.class);
        if (refused.isPresent()) {
            return new ObjectStoreException(
                    Kind.DENIED,
                    "can't " + what + ": there are no credentials; give --account-key-file, --sas-token-file or"
                            + " --connection-string-file, or what the Azure SDK finds by itself (environment, workload identity,"
                            + " managed identity): " + refused.get().getMessage(),
                    cause);
        }
        Optional<SSLException> tls = Causes.find(cause, SSLException.class);
        if (tls.isPresent()) {
            return new ObjectStoreException(
                    Kind.BAD_SETTING,
                    "can't " + what + ": no TLS connection: " + tls.get().getMessage()
                            + "; if the store's certificate is of an authority of your own, name it with --ca-bundle",
                    cause);
        }
        return new ObjectStoreException(
                Kind.UNREACHABLE,
                "can't " + what + ": the store can't be reached: " + words(cause)
                        + "; look at --account, --endpoint-url and the network",
                cause);
    }

    /** The status of the store's answer, 0 if there is none. */
    static int status(Throwable cause) {
        return Causes.find(cause, BlobStorageException.class)
                .map(BlobStorageException::getStatusCode)
                .orElse(0);
    }

    /** The code of the store's answer, empty if there is none. */
    static String code(Throwable cause) {
        return Causes.find(cause, BlobStorageException.class)
                .map(answer -> answer.getErrorCode() == null
                        ? ""
                        : answer.getErrorCode().toString())
                .orElse("");
    }

    private static ObjectStoreException ofAnswer(String what, BlobStorageException answer) {
        String code = code(answer);
        String message = String.valueOf(answer.getServiceMessage());
        Kind kind = kind(code, answer.getStatusCode(), message.toLowerCase(Locale.ROOT));
        String first = message.lines().findFirst().orElse("");
        return new ObjectStoreException(
                kind,
                "can't " + what + ": the store says " + answer.getStatusCode() + (code.isEmpty() ? "" : " " + code)
                        + (first.isEmpty() ? "" : " (" + first + ")") + advice(kind),
                answer);
    }

    private static Kind kind(String code, int status, String message) {
        if (status == 403 && message.contains("date header")) {
            return Kind.CLOCK_SKEW;
        }
        return switch (code) {
            case "BlobNotFound" -> Kind.MISSING;
            case "ContainerNotFound", "ContainerBeingDeleted", "AccountIsDisabled", "InvalidUri" -> Kind.BAD_SETTING;
            case "ServerBusy", "OperationTimedOut", "TooManyRequests" -> Kind.THROTTLED;
            case "RequestBodyTooLarge", "BlockCountExceedsLimit", "BlobTooLarge" -> Kind.FULL;
            case "Md5Mismatch", "Crc64Mismatch" -> Kind.DAMAGED;
            default ->
                switch (status) {
                    case 401, 403 -> Kind.DENIED;
                    case 404 -> Kind.MISSING;
                    case 413, 507 -> Kind.FULL;
                    case 429 -> Kind.THROTTLED;
                    default -> status >= 500 ? Kind.UNREACHABLE : Kind.OTHER;
                };
        };
    }

    private static String advice(Kind kind) {
        return switch (kind) {
            case DENIED -> "; look at the credentials and their roles (docs/object-stores.md)";
            case CLOCK_SKEW -> "; set this machine's clock";
            case THROTTLED -> "; try again later, or send less at once";
            case FULL -> "; make room or raise the quota";
            case BAD_SETTING -> "; make the container, or name another";
            case DAMAGED -> "; the bytes changed on their way; try again";
            case UNREACHABLE -> "; the store has troubles of its own; try again later";
            case MISSING, OTHER -> "";
        };
    }

    /** Java's HTTP client throws exceptions without words. */
    private static String words(Throwable cause) {
        Throwable root = cause;
        for (int depth = 0; depth < 20 && root.getCause() != null && root.getMessage() == null; depth++) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
