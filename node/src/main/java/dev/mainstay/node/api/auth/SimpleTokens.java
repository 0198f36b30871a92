package dev.mainstay.node.api.auth;

import dev.mainstay.node.apply.CommittedTokens;
import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * etcd's simple tokens: sixteen random letters, a dot, and the index of the log entry that made the token known, so that
 * every member can tell whether it should know it by now. Each member counts a token's time for itself, anew at each use, and
 * keeps only hashes. None survives a restart.
 */
public final class SimpleTokens implements Tokens, CommittedTokens {

    /** How many tokens may be valid at once; beyond, the one that was used the longest ago is over. */
    public static final int MOST = 100_000;

    private static final int LETTERS = 16;
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private final Function<Command, CompletableFuture<Outcome>> proposer;
    private final LongSupplier appliedIndex;
    private final LongSupplier nanoClock;
    private final long ttlNanos;
    private final RandomGenerator random;
    /** In the order of their use. Guarded by this. */
    private final Map<Bytes, Session> sessions = new LinkedHashMap<>(64, 0.75f, true);

    private record Session(String user, long endNanos) {}

    /**
     * @param proposer puts commands into the log
     * @param appliedIndex of the last entry applied here
     * @param ttl how long a token is valid that isn't used
     */
    public SimpleTokens(
            Function<Command, CompletableFuture<Outcome>> proposer,
            LongSupplier appliedIndex,
            LongSupplier nanoClock,
            Duration ttl) {
        this.proposer = proposer;
        this.appliedIndex = appliedIndex;
        this.nanoClock = nanoClock;
        this.ttlNanos = ttl.toNanos();
        this.random = new SecureRandom();
    }

    @Override
    public Shown look(String token, long authRevision) {
        int dot = token.indexOf('.');
        if (dot != LETTERS) {
            return new Shown.Invalid();
        }
        Bytes hash = hash(token.substring(0, dot));
        long now = nanoClock.getAsLong();
        synchronized (this) {
            Session session = sessions.get(hash);
            if (session != null && session.endNanos() - now > 0) {
                sessions.put(hash, new Session(session.user(), now + ttlNanos));
                return new Shown.Valid(new Caller.User(session.user(), authRevision));
            }
        }
        return isAhead(token.substring(dot + 1)) ? new Shown.NotYetKnown() : new Shown.Invalid();
    }

    private boolean isAhead(String index) {
        try {
            return Long.parseLong(index) > appliedIndex.getAsLong();
        } catch (NumberFormatException e) {
            return false;
        }
    }

    @Override
    public CompletableFuture<Issued> issue(String user, long authRevision) {
        StringBuilder secret = new StringBuilder(LETTERS);
        for (int i = 0; i < LETTERS; i++) {
            secret.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        Command command = new AuthCommand.IssueToken(user, authRevision, hash(secret.toString()));
        return proposer.apply(command).thenApply(outcome -> switch (outcome) {
            case Outcome.TokenIssued(long _, long index) -> new Issued.Token(secret + "." + index);
            case Outcome.Refused(ErrorCode code) -> new Issued.Refused(code);
            default -> throw new IllegalStateException("a token came to " + outcome);
        });
    }

    @Override
    public synchronized void issued(String user, Bytes tokenHash) {
        long now = nanoClock.getAsLong();
        dropOver(now);
        sessions.put(tokenHash, new Session(user, now + ttlNanos));
    }

    /** Sessions stand in the order of their use, so also in that of their end. */
    private void dropOver(long now) {
        var oldest = sessions.values().iterator();
        while (oldest.hasNext()) {
            Session session = oldest.next();
            if (session.endNanos() - now > 0 && sessions.size() < MOST) {
                return;
            }
            oldest.remove();
        }
    }

    @Override
    public synchronized void overFor(String user) {
        sessions.values().removeIf(session -> session.user().equals(user));
    }

    @Override
    public synchronized void over() {
        sessions.clear();
    }

    /** How many tokens are kept. */
    public synchronized int size() {
        return sessions.size();
    }

    private static Bytes hash(String secret) {
        return Bytes.wrap(Sha256.of(secret.getBytes(StandardCharsets.US_ASCII)));
    }
}
