package dev.mainstay.node.consensus;

import org.apache.ratis.util.ExitUtils;

/**
 * What Ratis would do to the whole process, undone: it must not end the process by itself, nor take over what happens to
 * uncaught exceptions.
 */
final class RatisProcess {

    private RatisProcess() {}

    /** One at a time, or one member would take for the process's own handler what Ratis has just set for another. */
    static synchronized void tame() {
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
        Thread.setDefaultUncaughtExceptionHandler(handler);
    }
}
