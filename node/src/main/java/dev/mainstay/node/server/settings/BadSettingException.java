package dev.mainstay.node.server.settings;

/** What an operator asked for can't be done; the message is the one line to tell them. */
public final class BadSettingException extends RuntimeException {

    private final int exitCode;

    private BadSettingException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The command line itself can't be understood: exit code 2, as Go programs do. */
    static BadSettingException usage(String message) {
        return new BadSettingException(2, message);
    }

    /** A value can't be used: exit code 1. */
    static BadSettingException value(String message) {
        return new BadSettingException(1, message);
    }

    /** What the process should exit with. */
    public int exitCode() {
        return exitCode;
    }
}
