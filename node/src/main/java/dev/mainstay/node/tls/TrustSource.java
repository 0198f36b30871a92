package dev.mainstay.node.tls;

/** Whose certificates are believed. */
public sealed interface TrustSource {

    /** The authorities in a file. */
    record Bundle(TlsFile file) implements TrustSource {}

    /** The authorities that come with Java. */
    record Platform() implements TrustSource {}

    /** Everybody: connections are encrypted, but nobody proves who they are. */
    record Anybody() implements TrustSource {}
}
