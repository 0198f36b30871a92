package dev.mainstay.node.server;

/** An offline tool can't do what it was asked for; the message is for whoever asked. */
final class ToolException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What etcd's tools exit with when something went wrong. */
    private static final int ERROR = 1;

    /** What they exit with for arguments they can't take. */
    private static final int BAD_ARGUMENTS = 128;

    private final int exitCode;

    private ToolException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    private ToolException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static ToolException failed(String message) {
        return new ToolException(ERROR, message);
    }

    static ToolException usage(String message) {
        return new ToolException(BAD_ARGUMENTS, message);
    }

    static ToolException usage(String message, Throwable cause) {
        return new ToolException(BAD_ARGUMENTS, message, cause);
    }

    int exitCode() {
        return exitCode;
    }
}
