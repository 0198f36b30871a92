package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;

/** Applies one command of an entry, or refuses it and changes nothing. Gates wrap one another around the handlers. */
@FunctionalInterface
interface CommandHandler {

    Outcome apply(LogEntry entry, Command command);
}
