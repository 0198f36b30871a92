package dev.mainstay.node.api;

import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.api.auth.Authentication;
import dev.mainstay.node.api.auth.LoginTurns;
import dev.mainstay.node.api.auth.Tokens;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.auth.User;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Gives a token for a password. The password is looked at behind the read barrier, on threads of its own; the token is only
 * given if users and roles haven't changed in between. Wrong ones are answered late, and an address has few attempts under way.
 */
final class Login {

    /** How often to look again when users or roles change meanwhile. */
    private static final int MOST_ATTEMPTS = 5;

    private final Authentication authentication;
    private final Reads reads;
    private final ScheduledExecutorService clock;
    private final LoginTurns turns;

    Login(Authentication authentication, Reads reads, ScheduledExecutorService clock, LoginTurns turns) {
        this.turns = turns;
        this.authentication = authentication;
        this.reads = reads;
        this.clock = clock;
    }

    /** @param onToken gets the token; any thread */
    void begin(String name, String password, Responder<?> responder, Consumer<String> onToken) {
        String address = responder.address();
        boolean taken = turns.begin(address, () -> {
            responder.onAnswered(() -> turns.ended(address));
            if (responder.isCancelled()) {
                responder.refuse(Status.CANCELLED);
            } else {
                attempt(name, password, responder, onToken, 1);
            }
        });
        if (!taken) {
            responder.refuse(ErrorCode.TOO_MANY_REQUESTS);
        }
    }

    private void attempt(String name, String password, Responder<?> responder, Consumer<String> onToken, int number) {
        reads.linearizable(responder, () -> {
            AuthState now = authentication.state().get();
            if (!now.enabled()) {
                responder.refuse(ErrorCode.AUTH_NOT_ENABLED);
                return;
            }
            User user = now.user(name).orElse(null);
            Bytes hash = user == null ? null : user.passwordHash();
            if (user != null && hash == null) {
                responder.refuse(ErrorCode.NO_PASSWORD_USER);
                return;
            }
            CompletableFuture<?> _ = guarded(
                            () -> hash == null
                                    ? authentication.passwords().isNobodys(password)
                                    : authentication.passwords().isRight(password, hash),
                            responder)
                    .thenAccept(right -> {
                        if (right) {
                            issue(name, password, now.revision(), responder, onToken, number);
                        } else {
                            refuseLater(name, responder);
                        }
                    });
        });
    }

    private void issue(
            String name,
            String password,
            long authRevision,
            Responder<?> responder,
            Consumer<String> onToken,
            int number) {
        if (!authentication.tokens().issues()) {
            responder.refuse(ErrorCode.TOKENS_NOT_MADE);
            return;
        }
        CompletableFuture<?> _ = guarded(() -> authentication.tokens().issue(name, authRevision), responder)
                .thenAccept(issued -> {
                    switch (issued) {
                        case Tokens.Issued.Token(String text) -> onToken.accept(text);
                        case Tokens.Issued.Refused(ErrorCode code) -> {
                            if (code == ErrorCode.AUTH_OLD_REVISION && number < MOST_ATTEMPTS) {
                                attempt(name, password, responder, onToken, number + 1);
                            } else {
                                responder.refuse(code);
                            }
                        }
                    }
                });
    }

    private void refuseLater(String name, Responder<?> responder) {
        long millis = Math.max(authentication.failedLogins().failed(name), turns.failed(responder.address()));
        ScheduledFuture<?> _ =
                clock.schedule(() -> responder.refuse(ErrorCode.AUTH_FAILED), millis, TimeUnit.MILLISECONDS);
    }

    /** Something about passwords or tokens; if it can't be done, the call is refused, and nothing follows. */
    static <T> CompletableFuture<T> guarded(Supplier<CompletableFuture<T>> work, Responder<?> responder) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            CompletableFuture<?> _ = work.get().whenComplete((result, failure) -> {
                if (failure != null) {
                    responder.refuse(Status.INTERNAL.withDescription(String.valueOf(failure)));
                } else {
                    done.complete(result);
                }
            });
        } catch (RejectedExecutionException e) {
            responder.refuse(ErrorCode.TOO_MANY_REQUESTS);
        }
        return done;
    }
}
