package dev.mainstay.node.etcdsnapshot;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.bolt.BoltContent;
import dev.mainstay.node.bolt.BoltPlan;
import dev.mainstay.node.bolt.BoltValue;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.etcdformat.EtcdAlarms;
import dev.mainstay.node.etcdformat.EtcdAuth;
import dev.mainstay.node.etcdformat.EtcdBuckets;
import dev.mainstay.node.etcdformat.EtcdKeys;
import dev.mainstay.node.etcdformat.EtcdLease;
import dev.mainstay.node.etcdformat.EtcdMembers;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.mvcc.KeyVersion;
import dev.mainstay.node.mvcc.KvExport;
import dev.mainstay.node.storage.StoreMoment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A store as etcd's database, of one moment, while writes go on. Making it reads all keys once for their order and sizes; {@link
 * #writeTo} reads them again, by revision. Memory doesn't grow with the number of keys: see {@link RevisionIndex}. Owned by one
 * thread; close it, and the moment after it.
 *
 * <p>The database follows the rules of etcd 3.5, which 3.5 and all later releases read. It says neither the cluster's nor the
 * storage's version, which would keep older releases than the one named from starting on it.
 */
public final class EtcdExport implements AutoCloseable {

    private static final int ROWS_BETWEEN_LOOKS = 256;
    private static final long MILLIS_PER_SECOND = 1_000;

    private final KvExport keys;
    private final RevisionIndex index;
    private final BooleanSupplier cancelled;
    private final Map<Bytes, Map<Bytes, byte[]>> small;
    private final BoltPlan plan;
    private int rows;

    /**
     * Reads all keys for the first time.
     *
     * @param clockMillis cluster elapsed time, by which leases are measured
     * @param scratch a directory for the index of a large store
     * @param cancelled asked all the time; once it is {@code true} a {@link CancelledException} ends what goes on
     * @throws IOException if there is no room for the index
     */
    public static EtcdExport of(StoreMoment moment, long clockMillis, Path scratch, BooleanSupplier cancelled)
            throws IOException {
        KvExport keys = new KvExport(moment);
        RevisionIndex index = new RevisionIndex(scratch, RevisionIndex.USUAL_PART_BYTES);
        try {
            return new EtcdExport(moment, clockMillis, keys, index, cancelled);
        } catch (IOException | RuntimeException e) {
            index.close();
            keys.close();
            throw e;
        }
    }

    private EtcdExport(
            StoreMoment moment, long clockMillis, KvExport keys, RevisionIndex index, BooleanSupplier cancelled)
            throws IOException {
        this.keys = keys;
        this.index = index;
        this.cancelled = cancelled;
        this.small = small(moment, clockMillis, keys.compactRevision());
        keys.visit((place, version) -> {
            look();
            index.add(new RevisionIndex.Row(version.revision(), version.tombstone(), EtcdKeys.size(version), place));
        });
        this.plan = BoltPlan.of(this::tell);
    }

    /** The newest revision in it. */
    public long revision() {
        return keys.revision();
    }

    /** Its size. */
    public long bytes() {
        return plan.bytes();
    }

    /** Writes the database, {@link #bytes} of it. */
    public void writeTo(OutputStream out) throws IOException {
        plan.write(this::tell, out);
    }

    private void tell(BoltContent.Listener listener) throws IOException {
        for (Bytes bucket : EtcdBuckets.ALL) {
            listener.bucket(bucket);
            if (bucket.equals(EtcdBuckets.KEY)) {
                index.visit(row -> {
                    look();
                    listener.entry(EtcdKeys.key(row.revision(), row.tombstone()), new Version(row));
                });
            } else {
                for (Map.Entry<Bytes, byte[]> entry :
                        small.getOrDefault(bucket, Map.of()).entrySet()) {
                    listener.entry(entry.getKey(), BoltValue.of(entry.getValue()));
                }
            }
        }
    }

    private void look() throws IOException {
        if (++rows % ROWS_BETWEEN_LOOKS == 0 && cancelled.getAsBoolean()) {
            throw new CancelledException();
        }
    }

    /** A version that is read when it is written. */
    private final class Version implements BoltValue {

        private final RevisionIndex.Row row;

        Version(RevisionIndex.Row row) {
            this.row = row;
        }

        @Override
        public int size() {
            return row.size();
        }

        @Override
        public byte[] bytes() throws IOException {
            KeyVersion version = keys.read(row.place());
            return EtcdKeys.value(version);
        }
    }

    /** All but the keys, which members hold in memory too. */
    private static Map<Bytes, Map<Bytes, byte[]>> small(StoreMoment moment, long clockMillis, long compactRevision)
            throws IOException {
        Map<Bytes, Map<Bytes, byte[]>> buckets = new LinkedHashMap<>();
        AuthState auth = AuthTable.open(moment).now();
        buckets.put(EtcdBuckets.AUTH, auth(auth));
        buckets.put(EtcdBuckets.AUTH_USERS, sorted(auth.users(), user -> Bytes.utf8(user.name()), EtcdAuth::value));
        buckets.put(EtcdBuckets.AUTH_ROLES, sorted(auth.roles(), role -> Bytes.utf8(role.name()), EtcdAuth::value));
        Alarms alarms = Alarms.open(moment);
        List<Alarm> forAll = alarms.raised().stream()
                .filter(alarm -> alarm.type() != Alarm.Type.CORRUPT || !alarms.isCorrupt(alarm.memberId()))
                .toList();
        buckets.put(EtcdBuckets.ALARM, sorted(forAll, EtcdAlarms::key, _ -> new byte[0]));
        buckets.put(
                EtcdBuckets.LEASE,
                sorted(
                        LeaseTable.open(moment).leases().stream()
                                .map(lease -> lease(lease, clockMillis))
                                .toList(),
                        EtcdLease::key,
                        EtcdLease::value));
        Members members = MemberTable.open(moment).now();
        buckets.put(
                EtcdBuckets.MEMBERS,
                sorted(members.members(), member -> EtcdMembers.key(member.id()), EtcdMembers::value));
        buckets.put(
                EtcdBuckets.MEMBERS_REMOVED,
                sorted(members.removed(), EtcdMembers::key, _ -> EtcdMembers.REMOVED.array()));
        buckets.put(EtcdBuckets.META, meta(moment, members.members(), compactRevision));
        return buckets;
    }

    private static Map<Bytes, byte[]> auth(AuthState auth) {
        Map<Bytes, byte[]> entries = new LinkedHashMap<>();
        entries.put(EtcdBuckets.AUTH_ENABLED, new byte[] {(byte) (auth.enabled() ? 1 : 0)});
        entries.put(EtcdBuckets.AUTH_REVISION, number(auth.revision()));
        return entries;
    }

    private static Map<Bytes, byte[]> meta(StoreMoment moment, List<Member> members, long compactRevision)
            throws IOException {
        LogPosition position = Applier.position(moment::get);
        Map<Bytes, byte[]> entries = new LinkedHashMap<>();
        entries.put(EtcdBuckets.CONF_STATE, EtcdMembers.confState(members));
        entries.put(EtcdBuckets.CONSISTENT_INDEX, number(Math.max(1, position.index())));
        if (compactRevision > 0) {
            entries.put(EtcdBuckets.FINISHED_COMPACT, EtcdKeys.revision(compactRevision));
            entries.put(EtcdBuckets.SCHEDULED_COMPACT, EtcdKeys.revision(compactRevision));
        }
        entries.put(EtcdBuckets.TERM, number(Math.max(1, position.term())));
        return entries;
    }

    private static EtcdLease lease(Lease lease, long clockMillis) {
        long leftMillis = Math.max(0, lease.deadlineMillis() - clockMillis);
        long leftSeconds = Math.max(1, (leftMillis + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND);
        return new EtcdLease(lease.id(), lease.ttlSeconds(), leftSeconds < lease.ttlSeconds() ? leftSeconds : 0);
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private interface Encoding<T> {
        byte[] of(T item) throws IOException;
    }

    private static <T> Map<Bytes, byte[]> sorted(List<T> items, Function<T, Bytes> key, Encoding<T> value)
            throws IOException {
        Map<Bytes, byte[]> entries = new LinkedHashMap<>();
        for (T item : items.stream().sorted(Comparator.comparing(key)).toList()) {
            entries.put(key.apply(item), value.of(item));
        }
        return entries;
    }

    @Override
    public void close() throws IOException {
        index.close();
        keys.close();
    }
}
