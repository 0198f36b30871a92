package dev.mainstay.node.server.settings;

/**
 * One row of the table of flags.
 *
 * @param group the heading under which {@code --help} shows it
 * @param defaultText what it is when nobody sets it, in the syntax of its type
 * @param note for an ignored flag why it has no effect, for a refused one why it can't be had; else empty
 */
record Flag(
        String name, String group, FlagType type, String defaultText, Support support, String note, String meaning) {}
