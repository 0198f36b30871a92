package dev.mainstay.node.leader;

import dev.mainstay.node.apply.StateHash;
import dev.mainstay.node.apply.StateHashes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What members ask each other about their hashes, as bytes.
 *
 * <pre>
 * state?  index (8), -1 for the newest
 * state   scheme (1) origin (8) index (8) known (1) value (8)
 * keys?   revision (8) round (8)
 * keys    kind (1), and with a hash: hash (4) compact revision (8)
 * </pre>
 *
 * Decoding throws an {@link IllegalArgumentException} at anything else.
 */
final class HashMessages {

    /** Asks for the hash of the state as of the last applied entry. */
    static final long NEWEST = -1;

    private static final byte PENDING = 0;
    private static final byte HASHED = 1;
    private static final byte AHEAD = 2;
    private static final byte COMPACTED = 3;

    private HashMessages() {}

    /**
     * A member's hash of the state.
     *
     * @param scheme by whose rules
     * @param index as of which the hash is
     * @param hash empty if the member hasn't come to the index or has forgotten it
     */
    record State(byte scheme, long origin, long index, Optional<Long> hash) {

        static State newest(StateHashes.At newest) {
            return new State(
                    StateHash.SCHEME,
                    newest.hash().origin(),
                    newest.index(),
                    Optional.of(newest.hash().value()));
        }
    }

    /** A question for the hash of all keys. The same round means the same question, asked again. */
    record KeysQuestion(long revision, long round) {}

    /** A member's hash of all keys. */
    sealed interface Keys {

        /** It is being made. */
        record Pending() implements Keys {}

        /** As of the revision that was asked for, without what compaction to {@code compactRevision} drops. */
        record Hashed(int hash, long compactRevision) implements Keys {}

        /** The revision is one the member hasn't come to. */
        record Ahead() implements Keys {}

        /** The revision is compacted there. */
        record Compacted() implements Keys {}
    }

    static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    static long number(byte[] bytes) {
        return whole(bytes, Long.BYTES).getLong();
    }

    static byte[] encode(State state) {
        return ByteBuffer.allocate(2 + 3 * Long.BYTES)
                .put(state.scheme)
                .putLong(state.origin)
                .putLong(state.index)
                .put((byte) (state.hash.isPresent() ? 1 : 0))
                .putLong(state.hash.orElse(0L))
                .array();
    }

    static State state(byte[] bytes) {
        ByteBuffer from = whole(bytes, 2 + 3 * Long.BYTES);
        byte scheme = from.get();
        long origin = from.getLong();
        long index = from.getLong();
        boolean known = from.get() == 1;
        return new State(scheme, origin, index, known ? Optional.of(from.getLong()) : Optional.empty());
    }

    static byte[] encode(KeysQuestion question) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(question.revision)
                .putLong(question.round)
                .array();
    }

    static KeysQuestion keysQuestion(byte[] bytes) {
        ByteBuffer from = whole(bytes, 2 * Long.BYTES);
        return new KeysQuestion(from.getLong(), from.getLong());
    }

    static byte[] encode(Keys keys) {
        return switch (keys) {
            case Keys.Pending() -> new byte[] {PENDING};
            case Keys.Ahead() -> new byte[] {AHEAD};
            case Keys.Compacted() -> new byte[] {COMPACTED};
            case Keys.Hashed(int hash, long compactRevision) ->
                ByteBuffer.allocate(1 + Integer.BYTES + Long.BYTES)
                        .put(HASHED)
                        .putInt(hash)
                        .putLong(compactRevision)
                        .array();
        };
    }

    static Keys keys(byte[] bytes) {
        try {
            ByteBuffer from = ByteBuffer.wrap(bytes);
            byte kind = from.get();
            return switch (kind) {
                case PENDING -> new Keys.Pending();
                case AHEAD -> new Keys.Ahead();
                case COMPACTED -> new Keys.Compacted();
                case HASHED -> new Keys.Hashed(from.getInt(), from.getLong());
                default -> throw malformed(null);
            };
        } catch (BufferUnderflowException e) {
            throw malformed(e);
        }
    }

    private static ByteBuffer whole(byte[] bytes, int length) {
        if (bytes.length != length) {
            throw malformed(null);
        }
        return ByteBuffer.wrap(bytes);
    }

    private static IllegalArgumentException malformed(@Nullable Throwable cause) {
        return new IllegalArgumentException("a message about hashes that isn't one", cause);
    }
}
