package dev.mainstay.node.server.settings;

import java.util.List;

/** What a command line asks for. */
public sealed interface Invocation {

    /** To print a text to stdout and exit with 0. */
    record Print(String text) implements Invocation {}

    /**
     * To run a node.
     *
     * @param warnings one line each, to be logged before anything else
     */
    record Run(NodeSettings settings, List<String> warnings) implements Invocation {}
}
