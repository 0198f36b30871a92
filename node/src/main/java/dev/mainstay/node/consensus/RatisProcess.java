package dev.mainstay.node.consensus;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.ratis.util.ExitUtils;

/**
 * What Ratis would do to the whole process, undone: it must not end the process by itself, nor take over what happens to
 * uncaught exceptions, nor fill the log with its daily life.
 */
final class RatisProcess {

    /** Held, since loggers are collected when nobody holds them and come back with their level forgotten. */
    private static final Logger RATIS = Logger.getLogger("org.apache.ratis");

    /** Warns at every stop that it was woken for it, see {@link RatisGroup#close}. */
    private static final Logger LOG_WORKER =
            Logger.getLogger("org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogWorker");

    /** Warns several times a second of every peer that is down, which the leader's own duties tell better. */
    private static final Logger PEER_TALK = Logger.getLogger("org.apache.ratis.grpc.server");

    private RatisProcess() {}

    static void tame() {
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
        Thread.setDefaultUncaughtExceptionHandler(handler);
        LOG_WORKER.setFilter(record -> !String.valueOf(record.getMessage()).contains("got interrupted"));
        if (PEER_TALK.getLevel() == null) {
            PEER_TALK.setLevel(Level.SEVERE);
        }
        if (RATIS.getLevel() == null) {
            RATIS.setLevel(Level.WARNING);
        }
    }
}
