package dev.mainstay.node.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells systemd that a unit of {@code Type=notify} is ready. The Java machine has no datagram sockets in the file system,
 * so systemd's own program sends it; the unit needs {@code NotifyAccess=all} for that.
 */
final class SystemdNotice {

    private static final System.Logger LOG = System.getLogger(SystemdNotice.class.getName());
    private static final int LIMIT_SECONDS = 5;

    private final Map<String, String> environment;

    SystemdNotice(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Does nothing unless systemd asked; a failure is only logged, since clients are served all the same. */
    void ready() {
        if (environment.getOrDefault("NOTIFY_SOCKET", "").isEmpty()) {
            return;
        }
        ProcessBuilder program = new ProcessBuilder(
                        "systemd-notify",
                        "--ready",
                        "--pid=" + ProcessHandle.current().pid())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        program.environment().putAll(environment);
        try {
            Process process = program.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                LOG.log(Level.WARNING, "systemd-notify did not end; systemd may not know that this node is ready");
            } else if (process.exitValue() != 0) {
                LOG.log(
                        Level.WARNING,
                        "systemd-notify failed with status {0}; systemd may not know that this node is ready",
                        process.exitValue());
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "systemd can't be told that this node is ready: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
