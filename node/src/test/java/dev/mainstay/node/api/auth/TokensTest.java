package dev.mainstay.node.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong log = new AtomicLong(70);
    private final SimpleTokens tokens = new SimpleTokens(this::commit, applied::get, nanos::get, Duration.ofSeconds(5));

    private CompletableFuture<Outcome> commit(Command command) {
        long index = log.incrementAndGet();
        if (command instanceof AuthCommand.IssueToken(String user, long _, Bytes hash)) {
            applied.set(index);
            tokens.issued(user, hash);
        }
        return CompletableFuture.completedFuture(new Outcome.TokenIssued(1, index));
    }

    @Test
    void aSimpleTokenLivesAsLongAsItIsUsed() {
        String token = issue("ann");

        assertThat(token).matches("[a-zA-Z]{16}\\.71");
        for (int i = 0; i < 3; i++) {
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(4));
            assertThat(tokens.look(token, 9)).isEqualTo(valid("ann", 9));
        }
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(5));
        assertThat(tokens.look(token, 9)).isEqualTo(new Tokens.Shown.Invalid());
    }

    @Test
    void whatAnotherMemberHasJustMadeIsKnownSoon() {
        assertThat(tokens.look("abcdefghijklmnop.99", 1)).isEqualTo(new Tokens.Shown.NotYetKnown());
        applied.set(99);
        assertThat(tokens.look("abcdefghijklmnop.99", 1)).isEqualTo(new Tokens.Shown.Invalid());
        assertThat(tokens.look("abcdefghijklmnop.x", 1)).isEqualTo(new Tokens.Shown.Invalid());
        assertThat(tokens.look("", 1)).isEqualTo(new Tokens.Shown.Invalid());
    }

    @Test
    void tokensEndWithTheirUserOrAllTogether() {
        String anns = issue("ann");
        String bobs = issue("bob");

        tokens.overFor("ann");
        assertThat(tokens.look(anns, 1)).isEqualTo(new Tokens.Shown.Invalid());
        assertThat(tokens.look(bobs, 1)).isEqualTo(valid("bob", 1));
        tokens.over();
        assertThat(tokens.look(bobs, 1)).isEqualTo(new Tokens.Shown.Invalid());
    }

    @Test
    void thereAreOnlySoManyAtOnce() {
        String first = issue("ann");
        String second = issue("ann");
        for (int i = 2; i < SimpleTokens.MOST; i++) {
            tokens.issued("bob", Bytes.utf8("hash " + i));
        }
        assertThat(tokens.look(first, 1)).isEqualTo(valid("ann", 1));

        tokens.issued("bob", Bytes.utf8("one more"));

        assertThat(tokens.size()).isEqualTo(SimpleTokens.MOST);
        assertThat(tokens.look(first, 1)).isEqualTo(valid("ann", 1));
        assertThat(tokens.look(second, 1)).isEqualTo(new Tokens.Shown.Invalid());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "EdDSA"
            })
    void aSignedTokenIsGoodUntilItsTimeAndForItsKeyAlone(String method) throws GeneralSecurityException {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        KeyPairOrSecret keys = keys(method);
        KeyPairOrSecret others = keys(method);
        JwtTokens own =
                new JwtTokens(new JwtSettings(method, keys.signing, keys.verifying, Duration.ofMinutes(5)), now::get);
        JwtTokens foreign = new JwtTokens(
                new JwtSettings(method, others.signing, others.verifying, Duration.ofMinutes(5)), now::get);

        String token = ((Tokens.Issued.Token) own.issue("ann", 7).join()).text();

        assertThat(own.look(token, 9)).isEqualTo(valid("ann", 7));
        assertThat(foreign.look(token, 9)).isEqualTo(new Tokens.Shown.Invalid());
        assertThat(own.look(token.substring(0, token.length() - 6) + "AAAAAA", 9))
                .isEqualTo(new Tokens.Shown.Invalid());
        now.set(now.get().plus(Duration.ofMinutes(5)));
        assertThat(own.look(token, 9)).isEqualTo(new Tokens.Shown.Invalid());
    }

    /** The classic attacks: no signature, and a public key taken for the secret of an HMAC. */
    @Test
    void theMethodIsNotTheTokensToChoose() throws GeneralSecurityException {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        KeyPairOrSecret keys = keys("RS256");
        JwtTokens own =
                new JwtTokens(new JwtSettings("RS256", keys.signing, keys.verifying, Duration.ofMinutes(5)), () -> now);
        Key asSecret = new SecretKeySpec(keys.verifying.getEncoded(), "Hmac");
        JwtTokens forger =
                new JwtTokens(new JwtSettings("HS256", asSecret, asSecret, Duration.ofMinutes(5)), () -> now);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String unsigned = base64.encodeToString("{\"alg\":\"none\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8))
                + "."
                + base64.encodeToString("{\"username\":\"root\",\"revision\":7}".getBytes(StandardCharsets.UTF_8))
                + ".";

        assertThat(own.look(unsigned, 7)).isEqualTo(new Tokens.Shown.Invalid());
        assertThat(own.look(((Tokens.Issued.Token) forger.issue("root", 7).join()).text(), 7))
                .isEqualTo(new Tokens.Shown.Invalid());
        assertThat(own.look("a.b.c", 7)).isEqualTo(new Tokens.Shown.Invalid());
    }

    @Test
    void wrongPasswordsAreAnsweredLaterAndLater() {
        FailedLogins failed = new FailedLogins(nanos::get);

        assertThat(failed.failed("ann")).isEqualTo(50);
        assertThat(failed.failed("ann")).isEqualTo(100);
        assertThat(failed.failed("bob")).isEqualTo(50);
        for (int i = 0; i < 10; i++) {
            var _ = failed.failed("ann");
        }
        assertThat(failed.failed("ann")).isEqualTo(5_000);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
        assertThat(failed.failed("ann")).isEqualTo(50);
        assertThat(failed.total()).isEqualTo(15);
    }

    @Test
    void passwordsAreKeptAsBcryptDoesAndLongOnesAreNotCut() {
        try (Passwords passwords = new Passwords(Passwords.LEAST_COST)) {
            Bytes hash = passwords.hash("correct").join();

            assertThat(hash.toString()).startsWith("$2a$04$");
            assertThat(passwords.isRight("correct", hash).join()).isTrue();
            assertThat(passwords.isRight("wrong", hash).join()).isFalse();
            assertThat(passwords.isRight("", hash).join()).isFalse();
            assertThat(passwords.isRight("correct", Bytes.EMPTY).join()).isFalse();
            assertThat(passwords.isNobodys("nobody's").join()).isFalse();
            assertThat(Passwords.fits("x".repeat(72))).isTrue();
            assertThat(Passwords.fits("x".repeat(73))).isFalse();
        }
    }

    private String issue(String user) {
        return ((Tokens.Issued.Token) tokens.issue(user, 1).join()).text();
    }

    private static Tokens.Shown valid(String user, long authRevision) {
        return new Tokens.Shown.Valid(new Caller.User(user, authRevision));
    }

    private record KeyPairOrSecret(Key signing, Key verifying) {}

    private static KeyPairOrSecret keys(String method) throws GeneralSecurityException {
        if (method.startsWith("HS")) {
            byte[] secret = new byte[64];
            new SecureRandom().nextBytes(secret);
            Key key = new SecretKeySpec(secret, "Hmac");
            return new KeyPairOrSecret(key, key);
        }
        KeyPair pair = switch (method) {
            case "ES256" -> curve("secp256r1");
            case "ES384" -> curve("secp384r1");
            case "ES512" -> curve("secp521r1");
            case "EdDSA" -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            default -> {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                yield generator.generateKeyPair();
            }
        };
        return new KeyPairOrSecret(pair.getPrivate(), pair.getPublic());
    }

    private static KeyPair curve(String name) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(name));
        return generator.generateKeyPair();
    }
}
