package dev.mainstay.node.server;

import java.nio.file.Path;

/** A data directory can't be used; the message says why and what to do. */
public final class DataDirectoryException extends Exception {

    /** What may be wrong with a data directory. */
    public enum Problem {
        /** Something else is in its place. */
        NOT_A_DIRECTORY,
        /** It can't be read or written. */
        INACCESSIBLE,
        /** Another process serves from it. */
        IN_USE,
        /** A newer release wrote it. */
        NEWER_FORMAT,
        /** It says it is ours, but not whose. */
        DAMAGED_IDENTITY,
        /** Somebody else's data is in it. */
        FOREIGN,
        /** It is empty, and its member can't begin in it as the flags say. */
        CANT_BEGIN,
        /** Its member was removed from the cluster. */
        REMOVED,
        /** It was told to begin anew alone, and can't or didn't. */
        FORCING,
        /** Its data differ from the other members'. */
        DIFFERS
    }

    private final Problem problem;

    DataDirectoryException(Problem problem, Path directory, String why) {
        super("data directory " + directory + " " + why);
        this.problem = problem;
    }

    /** What is wrong. */
    public Problem problem() {
        return problem;
    }
}
