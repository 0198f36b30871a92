package dev.mainstay.embed;

import dev.mainstay.node.server.DataDirectory;
import dev.mainstay.node.server.NodeIdentity;
import dev.mainstay.node.server.settings.MemberUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of members inside this program, on free ports of 127.0.0.1.
 *
 * <pre>{@code
 * try (EmbeddedCluster cluster = EmbeddedCluster.start(3)) {
 *     List<String> endpoints = cluster.endpoints();
 *     cluster.leader().orElseThrow().stop();
 * }
 * }</pre>
 *
 * Each member can be stopped and started again by itself; its ports stay kept for it meanwhile. Any thread may use it.
 */
public final class EmbeddedCluster implements AutoCloseable {

    private static final Duration LEADER_LIMIT = Duration.ofSeconds(30);
    private static final long LEADER_LOOK_MILLIS = 10;

    private final List<EmbeddedMember> members;
    private final DataFolder folder;

    private EmbeddedCluster(List<EmbeddedMember> members, DataFolder folder) {
        this.members = List.copyOf(members);
        this.folder = folder;
    }

    /**
     * Starts so many members on temporary directories and returns when they serve clients and one leads.
     *
     * @throws EmbedException with the reason why they can't start
     */
    public static EmbeddedCluster start(int members) {
        return builder().members(members).start();
    }

    /** A cluster of three on temporary directories unless told otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** All members, those that are stopped too, in the order of their names. */
    public List<EmbeddedMember> members() {
        return members;
    }

    /** @param index from 0 */
    public EmbeddedMember member(int index) {
        return members.get(index);
    }

    /** Where clients connect to, of all members. */
    public List<String> endpoints() {
        return members.stream().map(EmbeddedMember::endpoint).toList();
    }

    /** The running member that leads, as it knows; empty while there is none. */
    public Optional<EmbeddedMember> leader() {
        return members.stream().filter(EmbeddedMember::leads).findFirst();
    }

    /**
     * Stops all members for good, lets their ports go, and deletes their data if that was in a temporary directory.
     *
     * @throws EmbedException if one doesn't stop within 30 seconds
     */
    @Override
    public void close() {
        together(members, EmbeddedMember::close);
        folder.discard();
    }

    private void begin() {
        together(members, EmbeddedMember::start);
        long deadline = System.nanoTime() + LEADER_LIMIT.toNanos();
        while (leader().isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new EmbedException("no leader after " + LEADER_LIMIT.toSeconds() + " s");
            }
            try {
                Thread.sleep(LEADER_LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EmbedException("interrupted before there was a leader", e);
            }
        }
    }

    /** Does it to all at once, on a thread each, and returns when it is done to all. */
    private static void together(List<EmbeddedMember> members, Consumer<EmbeddedMember> act) {
        List<CompletableFuture<Void>> acts = members.stream()
                .map(member -> CompletableFuture.runAsync(
                        () -> act.accept(member),
                        task -> Thread.ofPlatform()
                                .name("mainstay-" + member.name())
                                .start(task)))
                .toList();
        try {
            CompletableFuture.allOf(acts.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof EmbedException known
                    ? known
                    : new EmbedException(String.valueOf(e.getCause()), e);
        }
    }

    /** How a cluster is to be. */
    public static final class Builder {

        private static final int USUAL_MEMBERS = 3;
        private static final int MOST_MEMBERS = 9;
        private static final String MEMBER = "member-";

        /** What makes the members one cluster. */
        private static final Set<String> OURS = Set.of(
                "listen-client-urls",
                "advertise-client-urls",
                "listen-peer-urls",
                "initial-advertise-peer-urls",
                "initial-cluster",
                "initial-cluster-state",
                "initial-cluster-token",
                "wal-dir");

        private int size = USUAL_MEMBERS;
        private @Nullable Path directory;
        private final List<String> flags = new ArrayList<>();

        private Builder() {}

        /** How many, from 1 to 9. */
        public Builder members(int size) {
            if (size < 1 || size > MOST_MEMBERS) {
                throw new IllegalArgumentException("a cluster has 1 to " + MOST_MEMBERS + " members, not " + size);
            }
            this.size = size;
            return this;
        }

        /**
         * Where the members' directories are and stay, {@code member-0} and so on; made if it isn't there. A cluster that
         * is there already goes on, on the ports for peers that it had. Without, a temporary one is deleted by {@link EmbeddedCluster#close}.
         */
        public Builder dataDirectory(Path directory) {
            this.directory = directory;
            return this;
        }

        /** More flags for each member, {@code --name=value} each; none of addresses or of how the cluster comes about. */
        public Builder flags(String... flags) {
            this.flags.addAll(List.of(flags));
            return this;
        }

        /**
         * Starts the members and returns when they serve clients and one leads.
         *
         * @throws EmbedException with the reason why they can't
         */
        public EmbeddedCluster start() {
            GivenFlags given = new GivenFlags(flags);
            given.refuse(OURS, "the cluster sets it for each of its members");
            DataFolder folder = DataFolder.of(directory);
            List<HeldPort> held = new ArrayList<>();
            List<EmbeddedMember> members;
            try {
                members = members(given, folder.path(), held);
            } catch (RuntimeException e) {
                held.forEach(HeldPort::close);
                folder.discard();
                throw e;
            }
            EmbeddedCluster cluster = new EmbeddedCluster(members, folder);
            try {
                cluster.begin();
                return cluster;
            } catch (RuntimeException e) {
                cluster.close();
                throw e;
            }
        }

        private List<EmbeddedMember> members(GivenFlags given, Path base, List<HeldPort> held) {
            List<Path> directories = IntStream.range(0, size)
                    .mapToObj(i -> base.resolve(MEMBER + i))
                    .toList();
            refuseOtherSize(base, directories);
            List<Optional<NodeIdentity>> recorded =
                    directories.stream().map(DataDirectory::recorded).toList();
            String token = recorded.stream()
                    .flatMap(Optional::stream)
                    .map(NodeIdentity::token)
                    .findFirst()
                    .orElseGet(() -> "embedded-" + UUID.randomUUID());
            List<HeldPort> peers =
                    recorded.stream().map(identity -> peerPort(identity, held)).toList();
            List<String> urls = peers.stream()
                    .map(port -> given.peerScheme() + "://127.0.0.1:" + port.port())
                    .toList();
            String founders = IntStream.range(0, size)
                    .mapToObj(i -> MEMBER + i + "=" + urls.get(i))
                    .collect(Collectors.joining(","));
            List<EmbeddedMember> members = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                HeldPort client = HeldPort.any();
                held.add(client);
                String url = given.clientScheme() + "://127.0.0.1:" + client.port();
                Map<String, String> usual = new LinkedHashMap<>();
                usual.put("name", MEMBER + i);
                usual.put("data-dir", directories.get(i).toString());
                usual.put("listen-client-urls", url);
                usual.put("advertise-client-urls", url);
                usual.put("listen-peer-urls", urls.get(i));
                usual.put("initial-advertise-peer-urls", urls.get(i));
                usual.put("initial-cluster", founders);
                usual.put("initial-cluster-token", token);
                members.add(new EmbeddedMember(new MemberPlan(
                        MemberPlan.settings(given.over(usual)),
                        DataFolder.of(directories.get(i)),
                        List.of(client, peers.get(i)))));
            }
            return members;
        }

        /** Other members know it by its port, so it is this one or none. */
        private static HeldPort peerPort(Optional<NodeIdentity> recorded, List<HeldPort> held) {
            HeldPort port = recorded.map(identity -> HeldPort.of(
                            MemberUrl.parse(identity.peerUrls().getFirst()).port()))
                    .orElseGet(HeldPort::any);
            held.add(port);
            return port;
        }

        private static void refuseOtherSize(Path base, List<Path> wanted) {
            if (!Files.isDirectory(base)) {
                return;
            }
            try (var entries = Files.newDirectoryStream(base, MEMBER + "*")) {
                List<Path> there = new ArrayList<>();
                entries.forEach(there::add);
                if (!there.isEmpty() && !Set.copyOf(there).equals(Set.copyOf(wanted))) {
                    throw new EmbedException("directory " + base + " holds a cluster of " + there.size()
                            + " members; start as many, or choose another directory");
                }
            } catch (IOException e) {
                throw new EmbedException("directory " + base + " can't be read: " + e.getMessage(), e);
            }
        }
    }
}
