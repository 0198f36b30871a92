package dev.mainstay.node.archive;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.ArchiveMark;
import dev.mainstay.node.apply.ArchiveMarks;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.consensus.LoggedEntries;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.consensus.RaftStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Has the log shipped into the archive while this member leads: puts marks into the log, and ships what lies between them. Nothing waits
 * for it; while the store fails it tries again, less and less often, and the log is kept meanwhile as far as there is room for it.
 *
 * <p>Has a thread of its own, on which everything happens but the proposals' completion.
 */
public final class ArchiveKeeper implements AutoCloseable {

    /** How long nothing is marked while nothing changes. */
    static final Duration IDLE = Duration.ofMinutes(5);

    private static final System.Logger LOG = System.getLogger(ArchiveKeeper.class.getName());
    private static final long LOOK_MILLIS = 100;
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long STOP_MILLIS = 5_000;

    private final ArchiveSettings settings;
    private final StoreOpener opener;
    private final Proposer proposer;
    private final RaftStatus raft;
    private final LoggedEntries log;
    private final Applier applier;
    private final ArchiveNews news;
    private final LeadersClock clusterClock;
    private final InstantSource wallClock;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final Thread thread;
    private volatile boolean closed;

    private @Nullable SegmentStore store;
    private @Nullable ArchiveShipper shipper;
    private @Nullable CompletableFuture<Outcome> proposed;
    private boolean leading;
    private boolean marked;
    /** Up to here the archive seemed to be, where this member wasn't; 0 if not. */
    private long suspicious;

    private long markedNanos;
    private long markedBytes;
    private long leadsSinceMillis;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private long shipAtNanos;

    /** Opens the place of the archive, and makes it one if it isn't. */
    public interface StoreOpener {

        /** Blocks; may be called again if it failed. */
        SegmentStore open() throws IOException;
    }

    /** Cluster elapsed time as the one knows it who leads. */
    public interface LeadersClock {

        /** In milliseconds; empty while this member doesn't lead. */
        OptionalLong millis();
    }

    /** Does nothing before {@link #start}. */
    public ArchiveKeeper(
            ArchiveSettings settings,
            StoreOpener opener,
            Proposer proposer,
            RaftStatus raft,
            LoggedEntries log,
            Applier applier,
            ArchiveNews news,
            LeadersClock clusterClock,
            InstantSource wallClock,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.settings = settings;
        this.opener = opener;
        this.proposer = proposer;
        this.raft = raft;
        this.log = log;
        this.applier = applier;
        this.news = news;
        this.clusterClock = clusterClock;
        this.wallClock = wallClock;
        this.nanoClock = nanoClock;
        this.random = random;
        this.thread = Thread.ofPlatform().daemon().name("archive").unstarted(this::run);
    }

    /** Begins, once this member has opened its log. */
    public void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                look();
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "the archive's keeper stumbled and goes on", e);
                postpone();
                rest();
            }
        }
    }

    private void rest() {
        try {
            Thread.sleep(FIRST_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    /** Does what is due. */
    void look() {
        if (!raft.isLeader()) {
            if (leading) {
                leading = false;
                shipper = null;
                news.shipping(false);
            }
            return;
        }
        if (!leading) {
            leading = true;
            marked = false;
            suspicious = 0;
            proposed = null;
            leadsSinceMillis = wallClock.millis();
            shipAtNanos = nanoClock.getAsLong();
            news.shipping(true);
        }
        mark();
        if (marked && nanoClock.getAsLong() - shipAtNanos >= 0) {
            ship();
        }
        measure();
    }

    private void mark() {
        CompletableFuture<Outcome> waiting = proposed;
        if (waiting != null) {
            if (!waiting.isDone()) {
                return;
            }
            proposed = null;
            marked |= waiting.join() instanceof Outcome.Done;
        }
        if (isDue()) {
            ArchiveMarks.State now = applier.marks().now();
            propose(now, now.line() == 0 ? newLine() : now.line());
        }
    }

    private boolean isDue() {
        if (!marked) {
            return true;
        }
        long sinceNanos = nanoClock.getAsLong() - markedNanos;
        boolean changed = applier.marks()
                .now()
                .newest()
                .map(mark -> applier.applied().index() > mark.index())
                .orElse(true);
        return log.appliedBytes() - markedBytes >= settings.segmentBytes()
                || (changed && sinceNanos >= settings.flushInterval().toNanos())
                || sinceNanos >= Math.max(settings.flushInterval().toNanos(), IDLE.toNanos());
    }

    private void propose(ArchiveMarks.State now, long line) {
        ArchiveShipper ships = shipper;
        long archived = ships == null ? 0 : ships.index();
        OptionalLong clockMillis = clusterClock.millis();
        if (clockMillis.isEmpty()) {
            return;
        }
        markedNanos = nanoClock.getAsLong();
        markedBytes = log.appliedBytes();
        proposed = proposer.propose(new Command.MarkArchive(
                now.line(), line, Math.max(0, wallClock.millis()), clockMillis.getAsLong(), archived));
    }

    private long newLine() {
        long line;
        do {
            line = random.nextLong();
        } while (line == 0);
        return line;
    }

    private void ship() {
        try {
            ArchiveMarks.State now = applier.marks().now();
            ArchiveShipper ships = shipper;
            if (ships == null || ships.line() != now.line()) {
                ships = new ArchiveShipper(open(), log, applier, settings.segmentBytes(), news, () -> closed);
                if (!isOwn(ships.locate(now), now)) {
                    return;
                }
                shipper = ships;
            }
            ships.ship(now);
            pauseMillis = FIRST_PAUSE_MILLIS;
        } catch (IOException e) {
            if (!closed) {
                news.failed();
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the archive can''t be written, and is tried again in {0} ms; writes go on: {1}",
                        Long.toString(pauseMillis),
                        e.getMessage());
                postpone();
            }
        }
    }

    private boolean isOwn(ArchiveShipper.Found found, ArchiveMarks.State now) {
        if (found.foreign().isPresent()) {
            beginAnew(now, found.foreign().get());
            return false;
        }
        if (found.ahead() == 0) {
            suspicious = 0;
            return true;
        }
        long applied = applier.applied().index();
        if (suspicious > applied) {
            beginAnew(
                    now,
                    "the archive holds log entries up to " + suspicious + ", and this cluster has come to " + applied);
            suspicious = 0;
        } else {
            // A later leader may have shipped that. If a mark that is proposed from here on comes back, there was none.
            suspicious = found.ahead();
            marked = false;
        }
        return false;
    }

    /** What is archived isn't what happened here: such as after all disks were put back to an earlier day. */
    private void beginAnew(ArchiveMarks.State now, String why) {
        news.gap();
        long line = newLine();
        LOG.log(
                System.Logger.Level.ERROR,
                "{0}. The archive goes on as line {1}: make a full backup now, nothing behind this moment can be restored without one.",
                why,
                SegmentName.lineText(line));
        marked = false;
        propose(now, line);
    }

    private SegmentStore open() throws IOException {
        SegmentStore opened = store;
        if (opened == null) {
            opened = opener.open();
            store = opened;
        }
        return opened;
    }

    private void postpone() {
        shipAtNanos = nanoClock.getAsLong() + Duration.ofMillis(pauseMillis).toNanos();
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }

    private void measure() {
        ArchiveShipper ships = shipper;
        long applied = applier.applied().index();
        ArchiveMarks.State now = applier.marks().now();
        long archived = ships == null ? now.archivedIndex() : ships.index();
        long sinceMillis = now.marks().stream()
                .filter(mark -> mark.index() <= archived)
                .mapToLong(ArchiveMark::wallMillis)
                .max()
                .orElse(ships == null ? leadsSinceMillis : ships.wallMillis());
        news.lag(
                applied > archived ? Math.max(0, wallClock.millis() - sinceMillis) : 0,
                Math.max(0, applied - archived));
    }

    /** Stops, and waits a little for what is under way. What isn't shipped will be by the next leader, or by this member's next life. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        SegmentStore opened = store;
        if (opened != null) {
            opened.close();
        }
    }
}
