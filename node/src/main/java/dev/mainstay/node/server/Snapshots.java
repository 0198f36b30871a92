package dev.mainstay.node.server;

import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerMethods;
import dev.mainstay.node.consensus.SnapshotRequests;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.snapshot.FetchLimits;
import dev.mainstay.node.snapshot.SnapshotInstaller;
import dev.mainstay.node.snapshot.SnapshotMeter;
import dev.mainstay.node.snapshot.SnapshotSender;
import dev.mainstay.node.snapshot.SnapshotSource;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Snapshots of this member for others, and of others for this one. Made after the log and before it starts. */
final class Snapshots implements AutoCloseable {

    private static final RandomGenerator RANDOM =
            () -> ThreadLocalRandom.current().nextLong();
    private static final long SWEEP_MILLIS = 30_000;

    /** A sender has let go of what was begun with it before that. */
    private static final long TIDY_MILLIS = TimeUnit.MINUTES.toMillis(10);

    private final SnapshotSender sender;
    private final SnapshotInstaller installer;
    private final Scheduler.Rhythm sweeping;
    private final Scheduler.Rhythm tidying;

    Snapshots(
            DataDirectory directory,
            SnapshotSource source,
            PeerCalls peers,
            PeerMethods methods,
            SnapshotMeter meter,
            Scheduler scheduler,
            RestartListener restart)
            throws IOException {
        sender = new SnapshotSender(directory.snapshots(), source, meter, System::nanoTime, RANDOM);
        sender.register(methods);
        installer = new SnapshotInstaller(
                peers,
                IncomingStore.incoming(directory.store()),
                meter,
                FetchLimits.USUAL,
                System::nanoTime,
                RANDOM,
                restart::restart);
        sweeping = scheduler.every(SWEEP_MILLIS, sender::sweep);
        tidying = scheduler.every(TIDY_MILLIS, installer::tidy);
    }

    /** What the log asks for when it can't bring this member up to date. */
    SnapshotRequests requests() {
        return installer;
    }

    /** How many are open for other members. */
    int open() {
        return sender.openSnapshots();
    }

    /** Whether this member fetches one, or waits for its restart on it. */
    boolean fetching() {
        return installer.fetching();
    }

    @Override
    public void close() {
        tidying.close();
        sweeping.close();
        installer.close();
        sender.close();
    }
}
