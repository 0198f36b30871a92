package dev.mainstay.node.consensus;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.MemoryStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Members of one cluster in this process, each with the real rules over a store in memory, talking over loopback. */
final class TestGroup implements AutoCloseable {

    /** Elections begin late enough that a busy machine, on which a member may rest for half a second, holds none. */
    private static final RaftSettings.Timeouts QUICK = new RaftSettings.Timeouts(50, 1_000, 10_000);

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    final List<Node> nodes = new ArrayList<>();
    private final Path directory;
    private final RaftSettings.Timeouts timeouts;
    private final List<GroupControl.Peer> peers;
    private final Variation variation;

    /** What is different about a member's settings. */
    interface Variation {
        RaftSettings of(int number, RaftSettings settings);
    }

    TestGroup(Path directory, int members) throws IOException {
        this(directory, members, QUICK, RaftSettings.LogSizes.USUAL);
    }

    TestGroup(Path directory, int members, Variation variation) throws IOException {
        this(directory, members, QUICK, RaftSettings.LogSizes.USUAL, variation);
    }

    /** @param logs of the founders */
    TestGroup(Path directory, int members, RaftSettings.Timeouts timeouts, RaftSettings.LogSizes logs)
            throws IOException {
        this(directory, members, timeouts, logs, (_, settings) -> settings);
    }

    private TestGroup(
            Path directory,
            int members,
            RaftSettings.Timeouts timeouts,
            RaftSettings.LogSizes logs,
            Variation variation)
            throws IOException {
        this.directory = directory;
        this.timeouts = timeouts;
        this.variation = variation;
        List<Integer> ports = freePorts(members);
        peers = IntStream.range(0, members)
                .mapToObj(i -> new GroupControl.Peer(i + 1L, "127.0.0.1:" + ports.get(i), false))
                .toList();
        for (int i = 0; i < members; i++) {
            nodes.add(new Node(i, new MemoryStore(), peers.get(i), peers, logs));
        }
    }

    /**
     * A learner that isn't started nor configured yet.
     *
     * @param knowsItself whether its log begins as a learner's
     */
    Node learner(boolean knowsItself) throws IOException {
        int number = nodes.size();
        GroupControl.Peer self =
                new GroupControl.Peer(number + 1L, "127.0.0.1:" + freePorts(1).getFirst(), true);
        List<GroupControl.Peer> founders = knowsItself ? List.of(self) : List.of();
        Node learner = new Node(number, new MemoryStore(), self, founders, RaftSettings.LogSizes.USUAL);
        nodes.add(learner);
        return learner;
    }

    /** One member; it can be closed and made anew over the same store and log. */
    final class Node implements AutoCloseable {

        final int number;
        final MemoryStore store;
        final KvStore kv;
        final RatisMember raft;
        final GroupControl.Peer self;
        final CopyOnWriteArrayList<String> fatal = new CopyOnWriteArrayList<>();
        private final Applier applier;

        private final List<GroupControl.Peer> founders;
        private final RaftSettings settings;

        private Node(
                int number,
                MemoryStore store,
                GroupControl.Peer self,
                List<GroupControl.Peer> founders,
                RaftSettings.LogSizes logs)
                throws IOException {
            this.number = number;
            this.store = store;
            this.self = self;
            this.founders = founders;
            this.kv = KvStore.open(store);
            this.applier = new Applier(
                    store,
                    kv,
                    LeaseTable.open(store),
                    Alarms.open(store),
                    MemberTable.open(store),
                    _ -> {},
                    (_, _) -> {},
                    _ -> {});
            Path home = directory.resolve("m" + number);
            Files.createDirectories(home);
            int port = Integer.parseInt(self.address().split(":", -1)[1]);
            this.settings = variation.of(
                    number,
                    RaftSettings.usual(home, self.memberId(), 77, "127.0.0.1", port)
                            .foundedBy(founders)
                            .with(timeouts)
                            .with(logs));
            RatisLogs.quieten();
            this.raft = new RatisMember(
                    settings,
                    new AppliedLog(applier, store),
                    ConsensusMeter.NONE,
                    (reason, cause) -> fatal.add(reason));
        }

        void start() throws IOException {
            raft.start(applier::clockMillis, Leadership.IGNORED);
        }

        /** Where the log begins on disk. */
        long firstLogIndex() {
            try {
                return SegmentFile.list(settings.segmentDirectory()).getFirst().start();
            } catch (IOException e) {
                return 0;
            }
        }

        CompletableFuture<Outcome> put(String key, String value) {
            return raft.propose(new Put(Bytes.utf8(key), Bytes.utf8(value), 0, false, false, false));
        }

        @Override
        public void close() {
            raft.close();
        }
    }

    TestGroup start() throws IOException {
        for (Node node : nodes) {
            node.start();
        }
        return this;
    }

    /** Closes a member without ado and starts it again on what it had. */
    void restart(Node node) throws IOException {
        node.close();
        replace(node, node.store);
    }

    /** The same on its log alone: the store has lost everything. */
    Node replay(Node node) throws IOException {
        node.close();
        return replace(node, new MemoryStore());
    }

    private Node replace(Node node, MemoryStore store) throws IOException {
        Node fresh = new Node(node.number, store, node.self, node.founders, node.settings.log());
        nodes.set(node.number, fresh);
        fresh.start();
        return fresh;
    }

    /** Where a member's peers reach it. */
    String address(int number) {
        return peers.get(number).address();
    }

    Node leader() {
        await(() -> nodes.stream().anyMatch(node -> node.raft.isLeader()));
        return nodes.stream().filter(node -> node.raft.isLeader()).findFirst().orElseThrow();
    }

    Node follower() {
        Node leader = leader();
        return nodes.stream().filter(node -> node != leader).findFirst().orElseThrow();
    }

    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain");
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
    }
}
