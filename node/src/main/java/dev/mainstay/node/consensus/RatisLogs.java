package dev.mainstay.node.consensus;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What Ratis would fill the log of this process with: its daily life. Levels that were set already stay. */
public final class RatisLogs {

    /** Held, since loggers are collected when nobody holds them and come back with their level forgotten. */
    private static final Logger RATIS = Logger.getLogger("org.apache.ratis");

    /** Warns at every stop that it was woken for it, see {@link RatisGroup#close}. */
    private static final Logger LOG_WORKER =
            Logger.getLogger("org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogWorker");

    /** Warns several times a second of every peer that is down, which the leader's own duties tell better. */
    private static final Logger PEER_TALK = Logger.getLogger("org.apache.ratis.grpc.server");

    /** Warns at every try, many a second, that a peer's name has no address, as it hasn't while a pod is away. */
    private static final Logger NAMES =
            Logger.getLogger("org.apache.ratis.thirdparty.io.grpc.internal.ManagedChannelImpl");

    private RatisLogs() {}

    /** To be called by whoever the log belongs to. */
    public static void quieten() {
        LOG_WORKER.setFilter(record -> !String.valueOf(record.getMessage()).contains("got interrupted"));
        for (Logger talk : List.of(PEER_TALK, NAMES)) {
            if (talk.getLevel() == null) {
                talk.setLevel(Level.SEVERE);
            }
        }
        if (RATIS.getLevel() == null) {
            RATIS.setLevel(Level.WARNING);
        }
    }
}
