package dev.mainstay.node.server;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.LeaseStatus;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.proto.v1.MigrationDroppedLeases;
import dev.mainstay.proto.v1.MigrationLease;
import dev.mainstay.proto.v1.MigrationStepRequest;
import dev.mainstay.proto.v1.MigrationVersion;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;

/**
 * Keeps the target's leases those of the source, which no watch tells of: one is granted before the first key that hangs on it, and all
 * are compared now and then. Memory: some 50 bytes per lease. Owned by one thread.
 */
final class MigrationLeases {

    private static final int AT_ONCE = 100;
    private static final int DROPPED_AT_ONCE = 5_000;

    private final ToolCluster source;
    private final MigrationTarget target;
    private final Set<Long> known = new HashSet<>();

    MigrationLeases(ToolCluster source, MigrationTarget target) {
        this.source = source;
        this.target = target;
    }

    /** Takes note of what the target has. */
    void open() throws IOException {
        known.clear();
        known.addAll(list(target.cluster()));
    }

    /** Grants what these versions hang on. One that has ended meanwhile isn't missed: the deletion of its keys comes. */
    void grantFor(List<MigrationVersion> versions) throws IOException {
        Set<Long> wanted = new TreeSet<>();
        for (MigrationVersion version : versions) {
            long lease = version.getKv().getLease();
            if (lease != 0 && !known.contains(lease)) {
                wanted.add(lease);
            }
        }
        grant(List.copyOf(wanted));
    }

    /** Makes the target's leases those that the source has now; how many there are. */
    int settle() throws IOException {
        Set<Long> there = list(source);
        List<Long> gone = known.stream().filter(id -> !there.contains(id)).toList();
        for (int from = 0; from < gone.size(); from += DROPPED_AT_ONCE) {
            List<Long> some = gone.subList(from, Math.min(gone.size(), from + DROPPED_AT_ONCE));
            target.step(MigrationStepRequest.newBuilder()
                    .setDroppedLeases(MigrationDroppedLeases.newBuilder().addAllIds(some)));
        }
        gone.forEach(known::remove);
        grant(there.stream().filter(id -> !known.contains(id)).toList());
        return known.size();
    }

    /**
     * Compares TTL and keys of every lease, while nobody writes.
     *
     * @return what differs, a line each
     */
    List<String> differences() throws IOException {
        List<String> differences = new ArrayList<>();
        List<Long> ids = List.copyOf(new TreeSet<>(known));
        for (int from = 0; from < ids.size(); from += AT_ONCE) {
            List<Long> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
            List<LeaseTimeToLiveResponse> here = details(source, some);
            List<MigrationLease> others = new ArrayList<>();
            for (LeaseTimeToLiveResponse lease : here) {
                if (lease.getGrantedTTL() > 0) {
                    others.add(MigrationLoad.lease(lease.getID(), lease.getGrantedTTL()));
                }
            }
            // Granted anew with another TTL since: put right, not reported.
            MigrationLoad.add(target, others);
            List<LeaseTimeToLiveResponse> there = details(target.cluster(), some);
            for (int i = 0; i < some.size(); i++) {
                if (here.get(i).getGrantedTTL() > 0
                        && !new HashSet<>(here.get(i).getKeysList())
                                .equals(new HashSet<>(there.get(i).getKeysList()))) {
                    differences.add("lease " + Long.toHexString(some.get(i)) + " has "
                            + here.get(i).getKeysCount() + " keys at the source and "
                            + there.get(i).getKeysCount() + " at the target");
                }
            }
        }
        return differences;
    }

    private void grant(List<Long> ids) throws IOException {
        for (int from = 0; from < ids.size(); from += AT_ONCE) {
            List<MigrationLease> leases = new ArrayList<>();
            for (LeaseTimeToLiveResponse lease :
                    details(source, ids.subList(from, Math.min(ids.size(), from + AT_ONCE)))) {
                if (lease.getGrantedTTL() > 0) {
                    leases.add(MigrationLoad.lease(lease.getID(), lease.getGrantedTTL()));
                }
            }
            MigrationLoad.add(target, leases);
            leases.forEach(lease -> known.add(lease.getId()));
        }
    }

    private static Set<Long> list(ToolCluster cluster) throws IOException {
        Set<Long> ids = new HashSet<>();
        cluster
                .call(channel ->
                        LeaseGrpc.newBlockingStub(channel).leaseLeases(LeaseLeasesRequest.getDefaultInstance()))
                .getLeasesList()
                .stream()
                .map(LeaseStatus::getID)
                .forEach(ids::add);
        return ids;
    }

    /** Some leases with their keys, asked for at once. */
    private static List<LeaseTimeToLiveResponse> details(ToolCluster cluster, List<Long> ids) throws IOException {
        return cluster.call(channel -> {
            List<ListenableFuture<LeaseTimeToLiveResponse>> answers = new ArrayList<>();
            for (long id : ids) {
                answers.add(LeaseGrpc.newFutureStub(channel)
                        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                .setID(id)
                                .setKeys(true)
                                .build()));
            }
            try {
                return Futures.allAsList(answers).get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof StatusRuntimeException refused) {
                    throw refused;
                }
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        });
    }
}
