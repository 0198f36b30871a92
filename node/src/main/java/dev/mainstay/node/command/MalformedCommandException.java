package dev.mainstay.node.command;

/** Bytes that are not a {@link CommandBatch} of a format we know. */
public final class MalformedCommandException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public MalformedCommandException(String message) {
        super(message);
    }
}
