package dev.mainstay.embed;

/** An embedded member can't start or doesn't stop; the message is the one line to tell whoever runs the program. */
public final class EmbedException extends RuntimeException {

    EmbedException(String message) {
        super(message);
    }

    EmbedException(String message, Throwable cause) {
        super(message, cause);
    }
}
