package dev.mainstay.node.observability;

import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What applied commands were and did, under etcd's names. Apply thread. The commands of an entry share one write, so each
 * is booked with its share of the entry's time.
 */
final class ApplyMeters {

    private static final double FIRST_SECONDS = 0.0001;
    private static final int BUCKETS = 20;
    private static final int TTL_BUCKETS = 24;

    /** Commands as etcd calls them. */
    private enum Kind {
        PUT("Put"),
        DELETE_RANGE("DeleteRange"),
        TXN("Txn"),
        COMPACTION("Compaction"),
        LEASE_GRANT("LeaseGrant"),
        LEASE_REVOKE("LeaseRevoke"),
        LEASE_CHECKPOINT("LeaseCheckpoint"),
        ALARM("Alarm");

        private final String op;

        Kind(String op) {
            this.op = op;
        }
    }

    private record Times(DistributionSummary done, DistributionSummary refused) {}

    private final Map<Kind, Times> times = new EnumMap<>(Kind.class);
    private final Counter puts;
    private final Counter deletes;
    private final Counter ranges;
    private final Counter txns;
    private final Counter granted;
    private final Counter revoked;
    private final Counter expired;
    private final DistributionSummary ttls;
    private final LongAdder putBytes = new LongAdder();

    ApplyMeters(MeterRegistry registry) {
        for (Kind kind : Kind.values()) {
            times.put(kind, new Times(time(registry, kind, "true"), time(registry, kind, "false")));
        }
        puts = counter(registry, "etcd_mvcc_put_total", "Total number of puts seen by this member.");
        deletes = counter(registry, "etcd_mvcc_delete_total", "Total number of deletes seen by this member.");
        ranges = counter(registry, "etcd_mvcc_range_total", "Total number of ranges seen by this member.");
        txns = counter(registry, "etcd_mvcc_txn_total", "Total number of txns seen by this member.");
        granted = counter(registry, "etcd_debugging_lease_granted_total", "The total number of granted leases.");
        revoked = counter(registry, "etcd_debugging_lease_revoked_total", "The total number of revoked leases.");
        expired = counter(registry, "etcd_debugging_server_lease_expired_total", "The total number of expired leases.");
        ttls = DistributionSummary.builder("etcd_debugging_lease_ttl_total")
                .description("Bucketed histogram of lease TTLs.")
                .serviceLevelObjectives(Exponential.bounds(1, TTL_BUCKETS))
                .register(registry);
        Gauge.builder("etcd_debugging_mvcc_total_put_size_in_bytes", putBytes, LongAdder::doubleValue)
                .description("The total size of put kv pairs seen by this member.")
                .register(registry);
    }

    private static DistributionSummary time(MeterRegistry registry, Kind kind, String success) {
        return DistributionSummary.builder("etcd_server_apply_duration_seconds")
                .description("The latency distributions of apply called by backend.")
                .tags("version", "v3", "op", kind.op, "success", success)
                .serviceLevelObjectives(Exponential.bounds(FIRST_SECONDS, BUCKETS))
                .register(registry);
    }

    private static Counter counter(MeterRegistry registry, String name, String help) {
        return Counter.builder(name).description(help).register(registry);
    }

    /** A batch was applied; it may have no outcomes if it was applied before. */
    void applied(List<Command> commands, List<Outcome> outcomes, double secondsEach) {
        for (int i = 0; i < outcomes.size(); i++) {
            Command command = commands.get(i).wanted();
            Outcome outcome = outcomes.get(i);
            boolean refused = outcome instanceof Outcome.Refused;
            Kind kind = kind(command);
            Times booked = kind == null ? null : times.get(kind);
            if (booked != null) {
                (refused ? booked.refused : booked.done).record(secondsEach);
            }
            count(outcome);
            if (command instanceof Operation operation) {
                putBytes.add(putBytes(operation, outcome));
            } else if (!refused) {
                countLease(command);
            }
        }
    }

    private static @Nullable Kind kind(Command command) {
        return switch (command) {
            case AuthCommand _, MigrationCommand _, Command.By _ -> null;
            case Operation.Put _ -> Kind.PUT;
            case Operation.DeleteRange _ -> Kind.DELETE_RANGE;
            case Operation.Txn _ -> Kind.TXN;
            case Command.Compact _ -> Kind.COMPACTION;
            case Command.GrantLease _ -> Kind.LEASE_GRANT;
            case Command.RevokeLease _, Command.ExpireLease _ -> Kind.LEASE_REVOKE;
            case Command.RenewLease _ -> Kind.LEASE_CHECKPOINT;
            case Command.SetAlarm _, Command.ReportCorrupt _ -> Kind.ALARM;
            case Command.FoundCluster _, Command.AddMember _, Command.RemoveMember _ -> null;
            case Command.UpdateMember _, Command.PromoteMember _, Command.PublishMember _ -> null;
            case Command.Tick _, Command.BeginStateHash _, Command.ForceNewCluster _, Command.MarkArchive _ -> null;
        };
    }

    private void count(Outcome outcome) {
        switch (outcome) {
            case Outcome.PutDone _ -> puts.increment();
            case Outcome.Deleted _ -> deletes.increment();
            case Outcome.Ranged _ -> ranges.increment();
            case Outcome.TxnDone done -> {
                txns.increment();
                done.results().forEach(this::count);
            }
            case Outcome.Granted lease -> {
                granted.increment();
                ttls.record((double) lease.ttlSeconds());
            }
            default -> {}
        }
    }

    private void countLease(Command command) {
        if (command instanceof Command.RevokeLease) {
            revoked.increment();
        } else if (command instanceof Command.ExpireLease) {
            revoked.increment();
            expired.increment();
        }
    }

    private static long putBytes(Operation operation, Outcome outcome) {
        if (operation instanceof Operation.Put put && outcome instanceof Outcome.PutDone) {
            return (long) put.key().length() + put.value().length();
        }
        long bytes = 0;
        if (operation instanceof Operation.Txn txn && outcome instanceof Outcome.TxnDone done) {
            List<Operation> ran = done.succeeded() ? txn.success() : txn.failure();
            for (int i = 0; i < ran.size(); i++) {
                bytes += putBytes(ran.get(i), done.results().get(i));
            }
        }
        return bytes;
    }
}
