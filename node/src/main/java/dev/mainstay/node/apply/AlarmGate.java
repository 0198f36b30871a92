package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;

/** Refuses what a raised alarm refuses, before anybody asks whether the caller may. */
final class AlarmGate implements CommandHandler {

    private final AlarmRules rules;
    private final CommandHandler next;

    AlarmGate(AlarmRules rules, CommandHandler next) {
        this.rules = rules;
        this.next = next;
    }

    @Override
    public Outcome apply(LogEntry entry, Command command) {
        ErrorCode refusal = rules.check(command);
        return refusal == null ? next.apply(entry, command) : new Outcome.Refused(refusal);
    }
}
