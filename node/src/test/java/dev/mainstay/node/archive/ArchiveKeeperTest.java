package dev.mainstay.node.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.LoggedEntries;
import dev.mainstay.node.consensus.LoggedEntry;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.testing.Seeds;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Keepers of several members around one log and one store, in virtual time: whoever leads, the archive has everything once. */
class ArchiveKeeperTest {

    private static final int MEMBERS = 3;

    private final List<LoggedEntry> log = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private Random random = new Random(0);
    private MapObjects objects = new MapObjects(random);
    private long millis = 1_000_000;
    private long term = 1;
    private long firstIndex = 1;
    private int leader;

    private final class Node implements RaftStatus, Proposer, LoggedEntries {

        private final int number;
        private final ArchiveNews news = new ArchiveNews();
        private Applier applier = applier();
        private boolean believes;
        private ArchiveKeeper keeper = keeper();
        private long appliedBytes;

        Node(int number) {
            this.number = number;
        }

        ArchiveKeeper keeper() {
            return new ArchiveKeeper(
                    new ArchiveSettings(Duration.ofSeconds(1), 400),
                    () -> new SegmentStore(objects, ObjectCodec.of(1, Optional.empty())),
                    this,
                    this,
                    this,
                    applier,
                    news,
                    () -> believes ? OptionalLong.of(millis / 2) : OptionalLong.empty(),
                    () -> Instant.ofEpochMilli(millis),
                    () -> millis * 1_000_000,
                    random);
        }

        void restart() {
            appliedBytes = 0;
            keeper = keeper();
        }

        void catchUp(long index) {
            for (long next = applier.applied().index() + 1; next <= index; next++) {
                LoggedEntry entry = log.get((int) next - 1);
                if (entry.isOfCommands()) {
                    var _ = applier.apply(
                            entry.position(), CommandCodec.decode(entry.data().array()));
                    appliedBytes += entry.data().length();
                }
            }
        }

        @Override
        public long memberId() {
            return number + 1L;
        }

        @Override
        public long leaderId() {
            return believes ? memberId() : 0;
        }

        @Override
        public long term() {
            return term;
        }

        @Override
        public long committedIndex() {
            return log.size();
        }

        @Override
        public long appliedIndex() {
            return applier.applied().index();
        }

        @Override
        public CompletableFuture<Outcome> propose(Command command) {
            if (leader != number) {
                return CompletableFuture.completedFuture(new Outcome.Refused(ErrorCode.TIMEOUT));
            }
            append(command);
            return CompletableFuture.completedFuture(new Outcome.Done(0));
        }

        @Override
        public long firstIndex() {
            return firstIndex;
        }

        @Override
        public Optional<LoggedEntry> read(long index) {
            return index < firstIndex || index > log.size() ? Optional.empty() : Optional.of(log.get((int) index - 1));
        }

        @Override
        public long appliedBytes() {
            return appliedBytes;
        }
    }

    private static Applier applier() {
        MemoryStore store = new MemoryStore();
        return new Applier(
                store,
                KvStore.open(store),
                LeaseTable.open(store),
                Alarms.open(store),
                MemberTable.open(store),
                _ -> {},
                (_, _) -> {},
                _ -> {});
    }

    private void begin(long seed) {
        random = new Random(seed);
        objects = new MapObjects(random);
        for (int i = 0; i < MEMBERS; i++) {
            nodes.add(new Node(i));
        }
        lead(0);
    }

    private void lead(int number) {
        leader = number;
        term++;
        log.add(new LoggedEntry(new LogPosition(term, log.size() + 1), Bytes.EMPTY));
        nodes.get(number).catchUp(log.size());
        nodes.get(number).believes = true;
    }

    private void append(Command command) {
        byte[] data = CommandCodec.encode(List.of(new CommandBatch(millis / 2, List.of(command))));
        log.add(new LoggedEntry(new LogPosition(term, log.size() + 1), Bytes.wrap(data)));
        nodes.get(leader).catchUp(log.size());
    }

    private void put() {
        append(new Operation.Put(
                Bytes.utf8("k" + random.nextInt(20)),
                Bytes.utf8("v".repeat(random.nextInt(80))),
                0,
                false,
                false,
                false));
    }

    private void look(int number, int times) {
        for (int i = 0; i < times; i++) {
            millis += 400;
            nodes.get(number).keeper.look();
        }
    }

    private Map<Long, List<SegmentName>> names() throws IOException {
        return new SegmentStore(objects, ObjectCodec.of(1, Optional.empty())).names();
    }

    @Seeds(100)
    void everyEntryIsArchivedOnceWhoeverLeads(long seed) throws IOException {
        begin(seed);
        objects.failing(random.nextInt(3) * 20);
        for (int step = 0; step < 300; step++) {
            switch (random.nextInt(12)) {
                case 0 -> {
                    // The one before may not know yet, and goes on shipping what it knows.
                    int before = leader;
                    lead(random.nextInt(MEMBERS));
                    nodes.get(before).believes = before == leader || random.nextBoolean();
                }
                case 1 -> nodes.get(random.nextInt(MEMBERS)).restart();
                case 2 -> {
                    Node node = nodes.get(random.nextInt(MEMBERS));
                    node.catchUp(node.applier.applied().index()
                            + random.nextLong(
                                    log.size() - node.applier.applied().index() + 1));
                }
                case 3, 4, 5, 6, 7 -> put();
                default -> look(random.nextInt(MEMBERS), 1);
            }
            long safe = nodes.get(leader).applier.marks().now().archivedIndex();
            firstIndex = random.nextInt(5) == 0 ? Math.max(firstIndex, safe + 1) : firstIndex;
        }
        objects.failing(0);
        millis += 60_000;
        put();
        look(leader, 20);

        Map<Long, List<SegmentName>> lines = names();
        assertThat(lines).hasSize(1);
        List<SegmentName> segments = lines.values().iterator().next();
        assertThat(segments.getLast().lastIndex()).isEqualTo(log.size());
        List<LoggedEntry> archived = new ArrayList<>();
        SegmentStore store = new SegmentStore(objects, ObjectCodec.of(1, Optional.empty()));
        long next = segments.getFirst().firstIndex();
        for (SegmentName name : segments) {
            assertThat(name.firstIndex()).isEqualTo(next);
            next = name.lastIndex() + 1;
            archived.addAll(store.read(name).entries());
        }
        assertThat(archived)
                .isEqualTo(log.subList((int) segments.getFirst().firstIndex() - 1, log.size()).stream()
                        .filter(LoggedEntry::isOfCommands)
                        .toList());
        assertThat(nodes.stream().mapToLong(node -> node.news.gaps())).containsOnly(0L);
        assertThat(segments.getLast().toRevision())
                .isEqualTo(nodes.get(leader)
                        .applier
                        .marks()
                        .now()
                        .newest()
                        .orElseThrow()
                        .revision());
        ArchiveNews news = nodes.get(leader).news;
        assertThat(news.sinceRevision()).isEqualTo(segments.getFirst().fromRevision());
        assertThat(news.untilSeconds()).isEqualTo(segments.getLast().toMillis() / 1e3);
    }

    @Test
    void logThatWasDroppedTooSoonLeavesAGapThatIsTold() throws IOException {
        begin(1);
        look(0, 5);
        put();
        look(0, 5);
        objects.failing(100);
        for (int i = 0; i < 30; i++) {
            put();
            look(0, 1);
        }
        assertThat(nodes.getFirst().news.failures()).isPositive();
        assertThat(nodes.getFirst().news.lagEntries()).isGreaterThan(30);
        firstIndex = log.size() - 5L;
        objects.failing(0);
        millis += 60_000;
        look(0, 10);

        List<Stretch> stretches = Stretch.of(names().values().iterator().next());
        assertThat(stretches).hasSize(2);
        assertThat(stretches.getLast().firstIndex()).isGreaterThanOrEqualTo(firstIndex);
        assertThat(stretches.getLast().lastIndex()).isEqualTo(log.size());
        assertThat(nodes.getFirst().news.gaps()).isEqualTo(1);
        assertThat(nodes.getFirst().news.lagEntries()).isZero();
        assertThat(nodes.getFirst().news.sinceRevision())
                .isEqualTo(stretches.getLast().fromRevision())
                .isGreaterThan(stretches.getFirst().toRevision());
    }

    @Test
    void clusterThatWasPutBackToAnEarlierDayBeginsAnotherLine() throws IOException {
        begin(2);
        look(0, 5);
        for (int i = 0; i < 10; i++) {
            put();
        }
        look(0, 5);
        int day = log.size();
        put();
        look(0, 5);
        // All disks are as they were then.
        while (log.size() > day) {
            log.removeLast();
        }
        nodes.clear();
        nodes.add(new Node(0));
        lead(0);
        put();
        look(0, 15);
        put();
        look(0, 15);

        Map<Long, List<SegmentName>> lines = names();
        assertThat(lines).hasSize(2);
        assertThat(nodes.getFirst().news.gaps()).isEqualTo(1);
        assertThat(nodes.getFirst().applier.marks().now().line()).isIn(lines.keySet());
        put();
        look(0, 10);
        assertThat(nodes.getFirst().news.sinceRevision())
                .isEqualTo(names().getOrDefault(
                                nodes.getFirst().applier.marks().now().line(), List.of())
                        .getFirst()
                        .fromRevision());
        assertThat(names().getOrDefault(nodes.getFirst().applier.marks().now().line(), List.of())
                        .getLast()
                        .lastIndex())
                .isEqualTo(log.size());
    }

    @Test
    void damagedLastSegmentIsToldAndGoneOnBehind() throws IOException {
        begin(3);
        look(0, 5);
        put();
        look(0, 5);
        objects.damage(names().values().iterator().next().getLast().key());
        nodes.getFirst().restart();
        put();
        look(0, 15);

        assertThat(names().values().iterator().next().getLast().lastIndex()).isEqualTo(log.size());
        assertThat(nodes.getFirst().news.gaps()).isEqualTo(1);
    }

    @Test
    void quietClusterIsMarkedNowAndThen() throws IOException {
        begin(4);
        look(0, 3);
        int quiet = log.size();
        look(0, 100);
        assertThat(log).hasSize(quiet);

        millis += ArchiveKeeper.IDLE.toMillis();
        look(0, 5);

        assertThat(log).hasSize(quiet + 1);
        assertThat(names().values().iterator().next()).hasSize(1);
    }
}
