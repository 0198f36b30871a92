package dev.mainstay.node.server;

import java.io.IOException;
import java.time.Duration;

/** Ends a process that was told to stop and doesn't: a member that can't go on may not be able to stop either. */
final class StopLimit {

    private static final int FAILED = 1;

    private StopLimit() {}

    /** Begins to count. If the process is there after {@code limit} still, it is killed, without any of its last words. */
    static void start(Duration limit) {
        Thread.ofPlatform().name("stop-limit").daemon().start(() -> killAfter(limit));
    }

    /** Not by an orderly exit: that too would wait for whatever it is that does not stop. */
    private static void killAfter(Duration limit) {
        try {
            Thread.sleep(limit);
            new ProcessBuilder(
                            "kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .start();
        } catch (IOException | InterruptedException e) {
            Runtime.getRuntime().halt(FAILED);
        }
    }
}
