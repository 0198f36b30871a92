package dev.mainstay.node.server.http;

/** Why a client was not let in, or was cut off. */
public enum CutOff {
    /** So many connections are open as there may be. */
    MAX_CONNECTIONS("max-connections"),
    /** So many connections of its address are open as there may be. */
    MAX_CONNECTIONS_PER_ADDRESS("max-connections-per-address"),
    /** It did not say in time what it wants. */
    HEADER_TIMEOUT("client-header-timeout"),
    /** It did not send the rest of a request in time. */
    BODY_TIMEOUT("client-body-timeout"),
    /** It kept a connection of HTTP/1 and asked for nothing. */
    IDLE("idle"),
    /** It pinged more often than it may. */
    PINGS("pings"),
    /** It sent so many frames that ask for nothing, or broke a limit of HTTP/2 that stands against attacks. */
    FLOOD("flood"),
    /** What it sent is not HTTP, or headers larger than allowed. */
    MALFORMED("malformed");

    private final String label;

    CutOff(String label) {
        this.label = label;
    }

    /** How metrics call it; the flag, where there is one. */
    public String label() {
        return label;
    }
}
