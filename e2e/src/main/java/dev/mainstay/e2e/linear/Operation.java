package dev.mainstay.e2e.linear;

import org.jspecify.annotations.Nullable;

/**
 * A request with what is known of its fate.
 *
 * @param client who asked
 * @param asked when it was sent, by any clock that all operations share
 * @param answered when the answer came; {@link #NEVER} if none did
 * @param answer what it said; null if nobody knows whether the request was or ever will be done
 * @param member whose answer it is; {@link #ANY} if that isn't known
 */
public record Operation(
        int client,
        long asked,
        long answered,
        Request request,
        @Nullable Answer answer,
        long member) {
    /** Later than any other time. */
    public static final long NEVER = Long.MAX_VALUE;

    /** No member's id. */
    public static final long ANY = 0;

    /** One that was answered. */
    public static Operation known(int client, long asked, long answered, Request request, Answer answer) {
        return new Operation(client, asked, answered, request, answer, ANY);
    }

    /** One whose fate isn't known. */
    public static Operation unknown(int client, long asked, Request request) {
        return new Operation(client, asked, NEVER, request, null, ANY);
    }

    /** The same, answered by this member. */
    public Operation by(long id) {
        return new Operation(client, asked, answered, request, answer, id);
    }
}
