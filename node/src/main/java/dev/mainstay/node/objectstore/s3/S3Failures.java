package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.stream.Causes;
import java.util.Optional;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What a failure of S3 means, by the code of its answer, which compatible stores share, else by the answer's status. Codes: AWS,
 * "Error responses" of the S3 API; MinIO and Ceph add a few for space.
 */
final class S3Failures {

    private S3Failures() {}

    /** What went wrong with this, in words that say what to do. */
    static ObjectStoreException of(String what, SdkException cause) {
        if (cause instanceof AwsServiceException answer) {
            return ofAnswer(what, answer);
        }
        if (Causes.find(cause, ObjectStoreException.class).isPresent()) {
            ObjectStoreException known =
                    Causes.find(cause, ObjectStoreException.class).get();
            return new ObjectStoreException(known.kind(), "can't " + what + ": " + known.getMessage(), cause);
        }
        if (cause instanceof AbortedException) {
            return new ObjectStoreException(Kind.OTHER, "interrupted: can't " + what, cause);
        }
        String words = String.valueOf(cause.getMessage());
        if (words.contains("Unable to load credentials") || words.contains("Profile file contained no credentials")) {
            return new ObjectStoreException(
                    Kind.DENIED,
                    "can't " + what
                            + ": there are no credentials; give --access-key-file and --secret-key-file, --profile, or"
                            + " what the AWS SDK finds by itself (environment, web identity, container, instance): "
                            + words,
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
                "can't " + what + ": the store can't be reached: " + words + "; look at --endpoint-url and the network",
                cause);
    }

    /** The code of the store's answer, empty if it has none. */
    static String code(SdkException cause) {
        AwsErrorDetails details = cause instanceof AwsServiceException answer ? answer.awsErrorDetails() : null;
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** The status of the store's answer, 0 if there is none. */
    static int status(SdkException cause) {
        return cause instanceof AwsServiceException answer ? answer.statusCode() : 0;
    }

    /** Whether an object that must be the one known, or must not be, isn't so. */
    static boolean isPrecondition(SdkException cause) {
        return status(cause) == 412;
    }

    /** Whether others change the same object at this moment. */
    static boolean isConflict(SdkException cause) {
        return status(cause) == 409;
    }

    /** Whether the store doesn't know what was asked for. */
    static boolean isUnknownToStore(SdkException cause) {
        return status(cause) == 501 || status(cause) == 405 || code(cause).equals("NotImplemented");
    }

    private static ObjectStoreException ofAnswer(String what, AwsServiceException cause) {
        String code = code(cause);
        Kind kind = kind(code, cause.statusCode());
        return new ObjectStoreException(kind, "can't " + what + ": " + words(cause, code) + advice(kind, code), cause);
    }

    /** The kind of an error with this code and status, of an answer or of one object in an answer. */
    static Kind kind(String code, int status) {
        if (code.startsWith("KMS.")) {
            return Kind.DENIED;
        }
        return switch (code) {
            case "NoSuchKey" -> Kind.MISSING;
            case "AccessDenied",
                    "AllAccessDisabled",
                    "AccountProblem",
                    "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "ExpiredToken",
                    "InvalidToken",
                    "TokenRefreshRequired",
                    "InvalidSecurity" -> Kind.DENIED;
            case "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture" -> Kind.CLOCK_SKEW;
            case "SlowDown",
                    "Throttling",
                    "ThrottlingException",
                    "TooManyRequests",
                    "RequestLimitExceeded",
                    "BandwidthLimitExceeded" -> Kind.THROTTLED;
            case "EntityTooLarge",
                    "QuotaExceeded",
                    "InsufficientCapacity",
                    "InsufficientStorage",
                    "XMinioStorageFull",
                    "XMinioAdminBucketQuotaExceeded" -> Kind.FULL;
            case "NoSuchBucket",
                    "InvalidBucketName",
                    "PermanentRedirect",
                    "AuthorizationHeaderMalformed",
                    "IllegalLocationConstraintException",
                    "InvalidStorageClass",
                    "InvalidEncryptionAlgorithmError",
                    "ServerSideEncryptionConfigurationNotFoundError" -> Kind.BAD_SETTING;
            case "BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "IncompleteBody" ->
                Kind.DAMAGED;
            default -> kind(status);
        };
    }

    private static Kind kind(int status) {
        return switch (status) {
            case 401, 403 -> Kind.DENIED;
            case 404 -> Kind.MISSING;
            case 301, 307 -> Kind.BAD_SETTING;
            case 429 -> Kind.THROTTLED;
            case 413, 507 -> Kind.FULL;
            default -> status >= 500 ? Kind.UNREACHABLE : Kind.OTHER;
        };
    }

    private static String words(AwsServiceException cause, String code) {
        AwsErrorDetails details = cause.awsErrorDetails();
        String message = details == null || details.errorMessage() == null ? "" : details.errorMessage();
        return "the store says " + cause.statusCode() + (code.isEmpty() ? "" : " " + code)
                + (message.isEmpty() ? "" : " (" + message + ")");
    }

    private static String advice(Kind kind, String code) {
        return switch (kind) {
            case DENIED -> "; look at the credentials and what they may do (docs/object-stores.md)";
            case CLOCK_SKEW -> "; set this machine's clock";
            case THROTTLED -> "; try again later, or send less at once";
            case FULL -> "; make room or raise the quota";
            case BAD_SETTING ->
                code.equals("NoSuchBucket")
                        ? "; make the bucket, or name another"
                        : "; look at the bucket's name and --region";
            case DAMAGED -> "; the bytes changed on their way; try again";
            case UNREACHABLE -> "; the store has troubles of its own; try again later";
            case MISSING, OTHER -> "";
        };
    }
}
