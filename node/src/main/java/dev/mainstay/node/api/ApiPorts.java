package dev.mainstay.node.api;

import dev.mainstay.node.api.auth.Authentication;
import dev.mainstay.node.apply.Migration;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.consensus.ReadBarrier;
import dev.mainstay.node.leader.LeaseRequests;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.snapshot.ClientCheckpoints;
import dev.mainstay.node.watch.WatchHub;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The parts of a member that the services call.
 *
 * @param admission decides whether the store has room for a command
 * @param exports makes snapshots for clients
 * @param checkpoints of the store for backups, if the store has files
 * @param members the members as of now
 * @param migration whether another cluster's state is being taken over
 */
public record ApiPorts(
        Proposer proposer,
        ReadBarrier readBarrier,
        RaftStatus raft,
        KvStore store,
        WatchHub watchHub,
        LeaseTable leases,
        LeaseRequests leaseRequests,
        LeaseClock leaseClock,
        Alarms alarms,
        Admission admission,
        StorageCare storageCare,
        StoreExports exports,
        Optional<ClientCheckpoints> checkpoints,
        Supplier<Members> members,
        MemberChanges memberChanges,
        Authentication authentication,
        Migration migration) {}
