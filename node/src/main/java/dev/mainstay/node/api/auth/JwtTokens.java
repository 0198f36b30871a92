package dev.mainstay.node.api.auth;

import dev.mainstay.node.common.Caller;
import java.security.Key;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Signed tokens (RFC 7519) with etcd's claims {@code username}, {@code revision} and {@code exp}. Nothing is kept of them: a
 * change of users or roles makes them too old, by their revision. Those that somebody else signs with the right key count too.
 */
public final class JwtTokens implements Tokens {

    private static final String USER = "username";
    private static final String REVISION = "revision";

    private final String method;
    private final @Nullable Key signing;
    private final Duration ttl;
    private final InstantSource clock;
    private final Key verifying;
    private final AlgorithmConstraints onlyMethod;

    /** @param settings with the keys */
    public JwtTokens(JwtSettings settings, InstantSource clock) {
        this.method = settings.method();
        this.signing = settings.signing();
        this.ttl = settings.ttl();
        this.clock = clock;
        this.verifying = settings.verifying();
        this.onlyMethod = new AlgorithmConstraints(ConstraintType.PERMIT, method);
    }

    @Override
    public boolean issues() {
        return signing != null;
    }

    @Override
    public Shown look(String token, long authRevision) {
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setAlgorithmConstraints(onlyMethod);
            signature.setDoKeyValidation(false);
            signature.setKey(verifying);
            signature.setCompactSerialization(token);
            if (!signature.verifySignature()) {
                return new Shown.Invalid();
            }
            JwtClaims claims = JwtClaims.parse(signature.getPayload());
            NumericDate end = claims.getExpirationTime();
            String user = claims.getStringClaimValue(USER);
            Object revision = claims.getClaimValue(REVISION);
            boolean over =
                    end != null && !Instant.ofEpochMilli(end.getValueInMillis()).isAfter(clock.instant());
            if (over || user == null || user.isEmpty() || !(revision instanceof Number number)) {
                return new Shown.Invalid();
            }
            return new Shown.Valid(new Caller.User(user, number.longValue()));
        } catch (JoseException | InvalidJwtException | MalformedClaimException e) {
            return new Shown.Invalid();
        }
    }

    @Override
    public CompletableFuture<Issued> issue(String user, long authRevision) {
        JwtClaims claims = new JwtClaims();
        claims.setStringClaim(USER, user);
        claims.setClaim(REVISION, authRevision);
        claims.setExpirationTime(
                NumericDate.fromMilliseconds(clock.instant().plus(ttl).toEpochMilli()));
        JsonWebSignature signature = new JsonWebSignature();
        signature.setHeader("typ", "JWT");
        signature.setAlgorithmHeaderValue(method);
        signature.setPayload(claims.toJson());
        signature.setKey(signing);
        signature.setDoKeyValidation(false);
        try {
            return CompletableFuture.completedFuture(new Issued.Token(signature.getCompactSerialization()));
        } catch (JoseException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
