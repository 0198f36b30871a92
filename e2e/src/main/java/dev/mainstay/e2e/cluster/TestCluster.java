package dev.mainstay.e2e.cluster;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.server.Pause;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.Member;
import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberAddResponse;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberRemoveRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Several members of one cluster, each a real process, numbered from 0. The numbers are places: a member that was removed
 * and the one added in its place have the same number, addresses and name, but another id and an empty data directory. All
 * members that ever had number n keep their files below the folder {@code m<n>}.
 *
 * <pre>{@code
 * try (Network network = Network.best(3, seed);
 *         TestCluster cluster = TestCluster.start(Program.ETCD, dir, 3, network)) {
 *     int leader = cluster.awaitLeader();
 *     cluster.member(leader).kill9();
 *     cluster.awaitLeader();
 *     cluster.start(leader);
 * }
 * }</pre>
 *
 * <p>Safe for several threads as long as no two act on the same member.
 */
public final class TestCluster implements AutoCloseable {
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(60);
    private static final long CALL_SECONDS = 10;
    private static final String MEMBER = "{member}";
    private static final List<String> TIMING = List.of("--heartbeat-interval=100", "--election-timeout=1000");

    private final Program program;
    private final Path dir;
    private final Network network;
    private final List<String> flags;
    private final List<TestServer> servers = new ArrayList<>();
    private final List<EtcdClient> clients = new ArrayList<>();
    /** Ids of members that were added to those it began with. */
    private final Set<Long> addedIds = new HashSet<>();

    private static final Pattern VITAL = Pattern.compile(
            "^(etcd_server_(is_leader|proposals_\\w+|slow_read_indexes_total)|mainstay_(batches|proposals)_\\w+) ");

    private int generations;

    private TestCluster(Program program, Path dir, int members, Network network, List<String> flags) {
        this.program = program;
        this.dir = dir;
        this.network = network;
        this.flags = flags;
        String initial = IntStream.range(0, members)
                .mapToObj(i -> network.place(i).name() + "=" + network.place(i).advertisedPeerUrl())
                .collect(Collectors.joining(","));
        for (int i = 0; i < members; i++) {
            servers.add(server(i, 0, "new", initial));
            clients.add(new EtcdClient(network.place(i).clientUrl()));
        }
    }

    /**
     * A new cluster of this many members, all of them ready to serve.
     *
     * @param flags for each of them; {@value #MEMBER} in one stands for the member's number
     */
    public static TestCluster start(Program program, Path dir, int members, Network network, String... flags) {
        TestCluster cluster = new TestCluster(program, dir, members, network, List.of(flags));
        try {
            for (int i = 0; i < members; i++) {
                cluster.launch(i);
            }
            cluster.servers.forEach(TestServer::awaitReady);
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** How many members it has in all, running or not. */
    public int size() {
        return servers.size();
    }

    /** What runs here. */
    public Program program() {
        return program;
    }

    /** The process of a member, to be killed, paused and looked at. */
    public synchronized TestServer member(int member) {
        return servers.get(member);
    }

    /** The ids of all members that were ever added to those it began with, known before they start. */
    public synchronized Set<Long> added() {
        return Set.copyOf(addedIds);
    }

    /** A connection to a member that outlives its process. */
    public EtcdClient client(int member) {
        return clients.get(member);
    }

    /** Where clients connect, as URLs, by member. */
    public List<String> endpoints() {
        return IntStream.range(0, size())
                .mapToObj(i -> network.place(i).clientUrl())
                .toList();
    }

    /** Starts the stopped process of a member and returns at once. */
    public void launch(int member) {
        TestServer server = member(member);
        server.launch();
        network.started(member, server.pid());
    }

    /** Starts the stopped process of a member and returns once it serves and knows a leader. */
    public void start(int member) {
        launch(member);
        member(member).awaitReady();
    }

    /** The member that says of itself that it leads, with the highest term if several do; those that don't answer are passed over. */
    public OptionalInt leader() {
        int leader = -1;
        long term = -1;
        for (int i = 0; i < size(); i++) {
            if (!member(i).isRunning()) {
                continue;
            }
            try {
                StatusResponse status = client(i)
                        .maintenance()
                        .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                        .status(StatusRequest.getDefaultInstance());
                if (status.getLeader() == status.getHeader().getMemberId() && status.getRaftTerm() > term) {
                    leader = i;
                    term = status.getRaftTerm();
                }
            } catch (StatusRuntimeException silent) {
                // Paused, starting or cut off.
            }
        }
        return leader < 0 ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    /** The leader, once there is one. */
    public int awaitLeader() {
        long deadline = System.nanoTime() + SETTLE_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            OptionalInt leader = leader();
            if (leader.isPresent()) {
                return leader.getAsInt();
            }
            Pause.millis(20);
        }
        throw new IllegalStateException("no leader after " + SETTLE_TIMEOUT + "\n" + logTails());
    }

    /** Returns once every member has told the cluster its client URLs, as it does after its start. */
    public void awaitPublished() {
        long deadline = System.nanoTime() + SETTLE_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                List<Member> members = members(client(0));
                if (members.size() == size() && members.stream().allMatch(m -> m.getClientURLsCount() > 0)) {
                    return;
                }
            } catch (StatusRuntimeException e) {
                // An election; the next turn asks again.
            }
            Pause.millis(20);
        }
        throw new IllegalStateException("not all members have published their URLs\n" + logTails());
    }

    /** Throws away all a stopped member has written. */
    public void wipe(int member) {
        delete(member(member).dataDir());
    }

    /**
     * Removes a member through the API of another one, if the cluster lets it go in time. Its process is left alone.
     *
     * @return whether it's out; if not, the change is undecided
     */
    public boolean remove(int member, Duration patience) {
        return attempt(member, patience, client -> {
            List<Member> found = members(client).stream()
                    .filter(m ->
                            m.getPeerURLsList().contains(network.place(member).advertisedPeerUrl()))
                    .toList();
            if (!found.isEmpty()) {
                client.cluster()
                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .memberRemove(MemberRemoveRequest.newBuilder()
                                .setID(found.getFirst().getID())
                                .build());
            }
            return true;
        });
    }

    /**
     * Adds a member in the place of one that was removed and is stopped, through the API of another one, and starts it on
     * an empty data directory. Doesn't wait until it serves.
     *
     * @return whether the cluster took it in time; if not, it isn't started, and the change is undecided
     */
    public boolean add(int member, Duration patience) {
        String url = network.place(member).advertisedPeerUrl();
        List<List<Member>> after = new ArrayList<>();
        boolean added = attempt(member, patience, client -> {
            List<Member> now = members(client);
            // An attempt that timed out may have been made all the same.
            if (now.stream().noneMatch(m -> m.getPeerURLsList().contains(url))) {
                MemberAddResponse response = client.cluster()
                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .memberAdd(
                                MemberAddRequest.newBuilder().addPeerURLs(url).build());
                now = response.getMembersList();
            }
            after.add(now);
            return true;
        });
        if (!added) {
            return false;
        }
        String initial = initialCluster(after.getLast());
        synchronized (this) {
            generations++;
            note(url, after.getLast());
            servers.get(member).close();
            // Nobody needs the data of the member that was, and a small disk has no room for both.
            delete(servers.get(member).dataDir());
            servers.set(member, server(member, generations, "existing", initial));
        }
        launch(member);
        return true;
    }

    /**
     * Adds one more member, a learner, at the network's next place and starts it. Doesn't wait until it serves. Not while
     * other threads use the cluster.
     *
     * @return its number
     */
    public int addLearner(Duration patience) {
        int member = size();
        String url = network.place(member).advertisedPeerUrl();
        List<List<Member>> after = new ArrayList<>();
        boolean added = attempt(
                member,
                patience,
                client -> after.add(client.cluster()
                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .memberAdd(MemberAddRequest.newBuilder()
                                .addPeerURLs(url)
                                .setIsLearner(true)
                                .build())
                        .getMembersList()));
        if (!added) {
            throw new IllegalStateException("no learner could be added in " + patience + "\n" + logTails());
        }
        synchronized (this) {
            note(url, after.getLast());
            clients.add(new EtcdClient(network.place(member).clientUrl()));
            servers.add(server(member, 0, "existing", initialCluster(after.getLast())));
        }
        launch(member);
        return member;
    }

    /** What every member says of its proposals, and the end of its log. */
    public String logTails() {
        return IntStream.range(0, size())
                .mapToObj(i ->
                        "== member " + i + "\n" + vitals(i) + "\n" + member(i).logTail())
                .collect(Collectors.joining("\n"));
    }

    private String vitals(int member) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String metrics = http.send(
                            HttpRequest.newBuilder(
                                            URI.create(network.place(member).clientUrl() + "/metrics"))
                                    .timeout(Duration.ofSeconds(CALL_SECONDS))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return metrics.lines().filter(VITAL.asPredicate()).collect(Collectors.joining(", "));
        } catch (IOException e) {
            return "no metrics: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "no metrics: interrupted";
        }
    }

    /** Kills what still runs. The files stay. */
    @Override
    public void close() {
        clients.forEach(EtcdClient::close);
        synchronized (this) {
            servers.forEach(TestServer::close);
        }
    }

    /** Asks the members in turn, except one, until one does it. */
    private boolean attempt(int except, Duration patience, Function<EtcdClient, Boolean> act) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            for (int i = 0; i < size(); i++) {
                if (i == except || !member(i).isRunning()) {
                    continue;
                }
                try {
                    return act.apply(client(i));
                } catch (StatusRuntimeException e) {
                    // Unhealthy, no leader, or out of reach: the next one may do it.
                    client(i).channel().resetConnectBackoff();
                }
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            Pause.millis(100);
        }
    }

    private void note(String peerUrl, List<Member> members) {
        members.stream().filter(m -> m.getPeerURLsList().contains(peerUrl)).forEach(m -> addedIds.add(m.getID()));
    }

    private static List<Member> members(EtcdClient client) {
        return client.cluster()
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList();
    }

    private String initialCluster(List<Member> members) {
        return members.stream()
                .flatMap(m -> m.getPeerURLsList().stream().map(peer -> nameOf(peer) + "=" + peer))
                .collect(Collectors.joining(","));
    }

    /** One that is being added has the place behind the last. */
    private String nameOf(String peerUrl) {
        return IntStream.rangeClosed(0, size())
                .filter(i -> network.place(i).advertisedPeerUrl().equals(peerUrl))
                .mapToObj(i -> network.place(i).name())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a member at " + peerUrl + " isn't ours"));
    }

    private TestServer server(int member, int generation, String state, String initial) {
        Path folder = dir.resolve("m" + member).resolve(Integer.toString(generation));
        List<String> all = new ArrayList<>(TIMING);
        all.addAll(List.of(
                "--initial-cluster=" + initial,
                "--initial-cluster-state=" + state,
                "--initial-cluster-token=" + dir.getFileName()));
        flags.forEach(flag -> all.add(flag.replace(MEMBER, Integer.toString(member))));
        return TestServer.stopped(program, folder, network.place(member), all);
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
