package dev.mainstay.node.api.auth;

import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import java.util.concurrent.CompletableFuture;

/** Makes tokens and knows whose they are. Any thread. */
public interface Tokens {

    /** What a token says. */
    sealed interface Shown {

        /** Whose it is. */
        record Valid(Caller.User caller) implements Shown {}

        /** Made so lately that this member can't know yet whose it is. */
        record NotYetKnown() implements Shown {}

        /** Nobody's, or over. */
        record Invalid() implements Shown {}
    }

    /**
     * Looks a token up, which uses it.
     *
     * @param authRevision that of users and roles now
     */
    Shown look(String token, long authRevision);

    /**
     * Makes a token for a user whose password was right.
     *
     * @param authRevision by which it was
     */
    CompletableFuture<Issued> issue(String user, long authRevision);

    /** Whether tokens are made here at all: a member may know only how to check them. */
    default boolean issues() {
        return true;
    }

    /** What became of the wish for a token. */
    sealed interface Issued {

        /** The token. */
        record Token(String text) implements Issued {}

        /** Why there is none. */
        record Refused(ErrorCode code) implements Issued {}
    }
}
