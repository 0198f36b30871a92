package dev.mainstay.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.Place;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberListResponse;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.StatusRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A quorum that is lost for good: one member begins anew alone with what it has, and the cluster grows again. */
@Tag("cluster")
class ForceNewClusterE2E {
    private static final String FORCE = "--force-new-cluster";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int WRITES = 50;

    private final List<Place> places =
            new ArrayList<>(Stream.of("a", "b", "c").map(Place::onLoopback).toList());

    static List<Program> programs() {
        return Program.forClusters();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void memberBeginsAnewAloneAndTheClusterGrowsAgain(Program program, @TempDir Path dir) {
        boolean mainstay = program == Program.MAINSTAY;
        MemberListResponse before;
        long lease;
        long revision;
        int survivor;
        List<TestServer> old = places.stream()
                .map(place -> member(program, dir, place, "new", initialCluster(places)))
                .toList();
        try {
            old.forEach(TestServer::launch);
            old.forEach(TestServer::awaitReady);
            try (EtcdClient client = new EtcdClient(old.getFirst().endpoint())) {
                survivor = leader(old);
                before = members(client);
                lease = client.lease()
                        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(3600).build())
                        .getID();
                revision = 0;
                for (int i = 0; i < WRITES; i++) {
                    revision = put(client, "k" + i, lease);
                }
            }
            // All go, the leader last: what it is told meanwhile can't be committed.
            for (TestServer server : old) {
                if (server != old.get(survivor)) {
                    server.kill9();
                }
            }
            try (EtcdClient client = new EtcdClient(old.get(survivor).endpoint())) {
                assertThatThrownBy(() -> put(client.kv().withDeadlineAfter(1, TimeUnit.SECONDS), "tail", 0))
                        .isInstanceOf(StatusRuntimeException.class);
            }
            old.get(survivor).kill9();
        } finally {
            old.forEach(TestServer::close);
        }
        Place place = places.get(survivor);
        try (TestServer alone = member(program, dir, place, "new", initialCluster(places), FORCE)) {
            if (mainstay) {
                // In the middle of it, and after: it is gone on with.
                alone.launch();
                await(() -> alone.log().contains(FORCE + ": member"));
                alone.kill9();
            }
            alone.start();
            try (EtcdClient client = new EtcdClient(alone.endpoint())) {
                MemberListResponse after = members(client);
                assertThat(after.getMembersList())
                        .containsExactlyElementsOf(before.getMembersList().stream()
                                .filter(m -> m.getName().equals(place.name()))
                                .toList());
                assertThat(after.getHeader().getClusterId())
                        .isEqualTo(before.getHeader().getClusterId());
                assertThat(after.getHeader().getMemberId())
                        .isEqualTo(after.getMembers(0).getID());
                // etcd drops what it didn't know to be committed, even if a majority had it.
                RangeResponse kept = all(client);
                assertThat(kept.getCount()).isEqualTo(WRITES + (mainstay ? 1 : 0));
                assertThat(kept.getHeader().getRevision()).isEqualTo(revision + (mainstay ? 1 : 0));
                assertThat(client.lease()
                                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                        .setID(lease)
                                        .setKeys(true)
                                        .build())
                                .getKeysList())
                        .hasSize(WRITES);
                assertThat(put(client, "alone", 0)).isEqualTo(kept.getHeader().getRevision() + 1);
            }
            if (mainstay) {
                assertThat(alone.log()).contains(FORCE + " is done", "whole log");
                othersAreRefused(dir, survivor);
                othersOfAMajorityEndWhenTheyHearOfIt(dir, alone, survivor);
                growsAndForcesNobodyTwice(dir, alone, survivor);
            }
        }
    }

    /** Those of before don't come back, not even with a majority of their own. */
    private void othersAreRefused(Path dir, int survivor) {
        List<TestServer> others = new ArrayList<>();
        try {
            for (int i = 0; i < places.size(); i++) {
                if (i != survivor) {
                    others.add(member(Program.MAINSTAY, dir, places.get(i), "new", initialCluster(places)));
                }
            }
            others.forEach(TestServer::launch);
            for (TestServer other : others) {
                assertThat(other.awaitExit(PATIENCE)).isEqualTo(1);
                assertThat(other.log())
                        .contains("was forced to begin anew without it")
                        .contains("can't come back");
            }
        } finally {
            others.forEach(TestServer::close);
        }
    }

    /** While nobody tells them, they are their cluster, as they always were; once somebody does, they aren't any more. */
    private void othersOfAMajorityEndWhenTheyHearOfIt(Path dir, TestServer alone, int survivor) {
        List<TestServer> others = new ArrayList<>();
        alone.kill9();
        try {
            for (int i = 0; i < places.size(); i++) {
                if (i != survivor) {
                    others.add(member(Program.MAINSTAY, dir, places.get(i), "new", initialCluster(places)));
                }
            }
            others.forEach(TestServer::launch);
            others.forEach(TestServer::awaitReady);
            try (EtcdClient client = new EtcdClient(others.getFirst().endpoint())) {
                assertThat(put(client, "of before", 0)).isPositive();
            }
            alone.start();
            for (TestServer other : others) {
                assertThat(other.awaitExit(PATIENCE)).isEqualTo(1);
                assertThat(other.log()).contains("was left out when its cluster was forced to begin anew without it");
            }
            try (EtcdClient client = new EtcdClient(alone.endpoint())) {
                assertThat(members(client).getMembersList()).hasSize(1);
            }
        } finally {
            others.forEach(TestServer::close);
        }
    }

    /** New members at the old ones' addresses. A flag that was left in a manifest doesn't drive them out again. */
    private void growsAndForcesNobodyTwice(Path dir, TestServer alone, int survivor) {
        List<Place> grown = new ArrayList<>(List.of(places.get(survivor)));
        List<TestServer> joined = new ArrayList<>();
        try (EtcdClient client = new EtcdClient(alone.endpoint())) {
            for (int i = 1; i < places.size(); i++) {
                Place place = places.get((survivor + i) % places.size());
                grown.add(place);
                await(() -> client.cluster()
                                .memberAdd(MemberAddRequest.newBuilder()
                                        .addPeerURLs(place.peerUrl())
                                        .build())
                                .getMembersCount()
                        == grown.size());
                TestServer server =
                        member(Program.MAINSTAY, dir.resolve("anew"), place, "existing", initialCluster(grown));
                joined.add(server);
                server.start();
            }
            alone.kill9();
            alone.start();
            assertThat(alone.log()).contains(FORCE + " was carried out at an earlier start");
            await(() -> members(client).getMembersCount() == places.size());
            for (TestServer server : joined) {
                try (EtcdClient other = new EtcdClient(server.endpoint())) {
                    await(() -> put(other, "together", 0) > 0 && all(other).getCount() == WRITES + 3);
                }
            }
        } finally {
            joined.forEach(TestServer::close);
        }
    }

    @Tag("slow")
    @Test
    void learnerBeginsAnewAlone(@TempDir Path dir) {
        Place founder = places.getFirst();
        Place place = places.get(1);
        List<Place> both = List.of(founder, place);
        try (TestServer first = member(Program.MAINSTAY, dir, founder, "new", initialCluster(List.of(founder)))
                .start()) {
            try (EtcdClient client = new EtcdClient(first.endpoint())) {
                client.cluster()
                        .memberAdd(MemberAddRequest.newBuilder()
                                .addPeerURLs(place.peerUrl())
                                .setIsLearner(true)
                                .build());
                for (int i = 0; i < WRITES; i++) {
                    put(client, "k" + i, 0);
                }
            }
            try (TestServer learner = member(Program.MAINSTAY, dir, place, "existing", initialCluster(both))
                            .start();
                    EtcdClient client = new EtcdClient(learner.endpoint())) {
                await(() -> client.kv()
                                .range(everything().setSerializable(true).build())
                                .getCount()
                        == WRITES);
                learner.kill9();
            }
            try (TestServer early = member(Program.MAINSTAY, dir, place, "existing", initialCluster(both), FORCE)) {
                // As long as the other one is up, nothing is lost.
                early.launch();
                assertThat(early.awaitExit(PATIENCE)).isEqualTo(1);
                assertThat(early.log()).contains("can't begin anew alone while member");
            }
            first.kill9();
        }
        try (TestServer alone = member(Program.MAINSTAY, dir, place, "existing", initialCluster(both), FORCE)
                        .start();
                EtcdClient client = new EtcdClient(alone.endpoint())) {
            assertThat(members(client).getMembersList()).hasSize(1);
            assertThat(members(client).getMembers(0).getIsLearner()).isFalse();
            put(client, "more", 0);
            assertThat(all(client).getCount()).isEqualTo(WRITES + 1);
            alone.kill9();
            alone.start();
            assertThat(all(client).getCount()).isEqualTo(WRITES + 1);
        }
    }

    private static int leader(List<TestServer> servers) {
        while (true) {
            OptionalInt leader = IntStream.range(0, servers.size())
                    .filter(i -> {
                        try (EtcdClient client = new EtcdClient(servers.get(i).endpoint())) {
                            var status = client.maintenance().status(StatusRequest.getDefaultInstance());
                            return status.getLeader() == status.getHeader().getMemberId();
                        }
                    })
                    .findFirst();
            if (leader.isPresent()) {
                return leader.getAsInt();
            }
        }
    }

    private static TestServer member(
            Program program, Path dir, Place place, String state, String initial, String... more) {
        List<String> flags = new ArrayList<>(List.of(
                "--heartbeat-interval=100",
                "--election-timeout=1000",
                "--initial-cluster=" + initial,
                "--initial-cluster-state=" + state,
                "--initial-cluster-token=force"));
        flags.addAll(List.of(more));
        return TestServer.stopped(program, dir.resolve(place.name()), place, flags);
    }

    private static String initialCluster(List<Place> members) {
        return members.stream().map(m -> m.name() + "=" + m.peerUrl()).collect(Collectors.joining(","));
    }

    private static MemberListResponse members(EtcdClient client) {
        return client.cluster()
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
    }

    private static long put(EtcdClient client, String key, long lease) {
        return put(client.kv().withWaitForReady().withDeadlineAfter(10, TimeUnit.SECONDS), key, lease);
    }

    private static long put(KVGrpc.KVBlockingStub kv, String key, long lease) {
        return kv.put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8("v"))
                        .setLease(lease)
                        .build())
                .getHeader()
                .getRevision();
    }

    private static RangeResponse all(EtcdClient client) {
        client.channel().resetConnectBackoff();
        return client.kv()
                .withWaitForReady()
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .range(everything().build());
    }

    private static RangeRequest.Builder everything() {
        return RangeRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[] {0}))
                .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
                .setCountOnly(true);
    }

    private static void await(Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (condition.get()) {
                    return;
                }
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time");
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
