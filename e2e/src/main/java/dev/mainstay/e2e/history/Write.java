package dev.mainstay.e2e.history;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * One mutation a writer asked for. Writers only touch keys and leases of their own, so that what a write must change is
 * known from the writes before it.
 *
 * @param writer who asked
 * @param sequence its number among the writes of this writer, from 1; it is part of every value written
 * @param changes what it does, in order; one for a put, delete or revocation, several for a transaction
 */
public record Write(int writer, long sequence, List<Change> changes) {
    /** One part of a write. */
    public sealed interface Change {}

    /** Sets a key, attached to the lease if that isn't 0. */
    public record Put(ByteString key, ByteString value, long lease) implements Change {}

    /** Removes a key; changes nothing if it isn't there. */
    public record Delete(ByteString key) implements Change {}

    /** Ends a lease and removes its keys; changes no key if it has none. */
    public record Revoke(long lease) implements Change {}

    /** Copies the list. */
    public Write {
        changes = List.copyOf(changes);
    }

    /** The key number {@code n} of a writer. */
    public static ByteString key(int writer, int n) {
        return ByteString.copyFromUtf8("w/" + writer + "/" + n);
    }

    /** The writer a key belongs to. */
    public static int writerOf(ByteString key) {
        return Integer.parseInt(key.toStringUtf8().split("/", -1)[1]);
    }

    /** The value this write gives to its keys: unique, and enough to find the write again. */
    public static ByteString value(int writer, long sequence, int padding) {
        return ByteString.copyFromUtf8(writer + "." + sequence + "." + "x".repeat(padding));
    }

    /** The sequence number inside a value. */
    public static long sequenceOf(ByteString value) {
        return Long.parseLong(value.toStringUtf8().split("\\.", -1)[1]);
    }
}
