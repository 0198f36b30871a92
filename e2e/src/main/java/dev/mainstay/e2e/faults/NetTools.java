package dev.mainstay.e2e.faults;

import dev.mainstay.e2e.server.Binaries;
import java.util.List;

/** Where iptables is: the system's, or the one {@code e2e/bin/nettools.sh} unpacks. */
final class NetTools {
    private NetTools() {}

    static String iptables() {
        if (Command.attempt(List.of("iptables", "--version")).code() == 0) {
            return "iptables";
        }
        Command.Result fetched = Command.attempt(
                List.of(Binaries.e2eHome().resolve("bin/nettools.sh").toString(), "-q"));
        if (fetched.code() != 0) {
            throw new IllegalStateException("no iptables: " + fetched.output().strip());
        }
        return fetched.output().strip();
    }
}
