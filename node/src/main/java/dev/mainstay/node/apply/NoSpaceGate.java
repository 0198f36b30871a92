package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.maintenance.Alarms;

/** Refuses what makes the store grow while the NOSPACE alarm is raised; deletes, compactions and revocations go on. */
final class NoSpaceGate implements CommandHandler {

    private static final Outcome REFUSED = new Outcome.Refused(ErrorCode.NO_SPACE);

    private final Alarms alarms;
    private final CommandHandler next;

    NoSpaceGate(Alarms alarms, CommandHandler next) {
        this.alarms = alarms;
        this.next = next;
    }

    @Override
    public Outcome apply(LogEntry entry, Command command) {
        return alarms.isRaised(Alarm.Type.NOSPACE) && WriteCost.of(command) > 0 ? REFUSED : next.apply(entry, command);
    }
}
