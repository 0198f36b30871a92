package dev.mainstay.node.apply;

import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.lease.LeaseTable;

/**
 * Refuses what its caller isn't permitted as of now, whatever was true when it was asked for: a permission may have been
 * taken back in between, and the member that was asked may not know yet that authentication is on.
 */
final class AuthGate implements CommandHandler {

    private final AuthTable auth;
    private final LeaseTable leases;
    private final CommandHandler next;

    AuthGate(AuthTable auth, LeaseTable leases, CommandHandler next) {
        this.auth = auth;
        this.leases = leases;
        this.next = next;
    }

    @Override
    public Outcome apply(LogEntry entry, Command command) {
        AuthState now = auth.now();
        if (now.enabled()) {
            ErrorCode refusal =
                    new Permits(now, entry.caller(), lease -> leases.keys(entry.changes(), lease)).check(command);
            if (refusal != null) {
                return new Outcome.Refused(refusal);
            }
        }
        return next.apply(entry, command);
    }
}
