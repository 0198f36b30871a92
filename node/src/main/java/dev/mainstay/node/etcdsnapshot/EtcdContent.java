package dev.mainstay.node.etcdsnapshot;

import dev.mainstay.node.auth.Role;
import dev.mainstay.node.auth.User;
import dev.mainstay.node.bolt.BoltVisitor;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.etcdformat.EtcdAlarms;
import dev.mainstay.node.etcdformat.EtcdAuth;
import dev.mainstay.node.etcdformat.EtcdBuckets;
import dev.mainstay.node.etcdformat.EtcdKeys;
import dev.mainstay.node.etcdformat.EtcdLease;
import dev.mainstay.node.etcdformat.EtcdRecordException;
import dev.mainstay.node.mvcc.KeyVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the entries of etcd's buckets; keys go on one by one, the rest is kept. */
final class EtcdContent implements BoltVisitor {

    private static final int MAX_NUMBER_BYTES = 8;

    private final Keys keys;
    private Bytes bucket = Bytes.EMPTY;
    private boolean anyBucket;
    private final List<EtcdLease> leases = new ArrayList<>();
    private final List<User> users = new ArrayList<>();
    private final List<Role> roles = new ArrayList<>();
    private final List<Alarm> alarms = new ArrayList<>();
    private boolean authEnabled;
    private long authRevision;
    private long compactRevision = -1;
    private Revision last = new Revision(0, 0);

    /** Where keys go. */
    interface Keys {

        /** The versions of keys, by revision. */
        void version(KeyVersion version) throws IOException;
    }

    EtcdContent(Keys keys) {
        this.keys = keys;
    }

    @Override
    public void bucket(byte[] name) {
        bucket = Bytes.wrap(name);
        anyBucket |= bucket.equals(EtcdBuckets.KEY);
    }

    @Override
    public void entry(byte[] key, ByteBuffer value) throws IOException {
        if (bucket.equals(EtcdBuckets.KEY)) {
            Revision revision = EtcdKeys.revisionOf(key);
            if (revision.compareTo(last) <= 0) {
                throw new EtcdRecordException("revision " + revision.main() + " is there twice");
            }
            last = revision;
            @Nullable KeyVersion version = EtcdKeys.version(key, value);
            if (version != null) {
                keys.version(version);
            }
        } else if (bucket.equals(EtcdBuckets.LEASE)) {
            leases.add(EtcdLease.of(key, value));
        } else if (bucket.equals(EtcdBuckets.AUTH)) {
            auth(Bytes.wrap(key), value);
        } else if (bucket.equals(EtcdBuckets.AUTH_USERS)) {
            users.add(EtcdAuth.user(value));
        } else if (bucket.equals(EtcdBuckets.AUTH_ROLES)) {
            roles.add(EtcdAuth.role(value));
        } else if (bucket.equals(EtcdBuckets.ALARM)) {
            Alarm alarm = EtcdAlarms.of(key);
            if (alarm != null) {
                alarms.add(alarm);
            }
        } else if (bucket.equals(EtcdBuckets.META)) {
            Bytes name = Bytes.wrap(key);
            if (name.equals(EtcdBuckets.FINISHED_COMPACT) || name.equals(EtcdBuckets.SCHEDULED_COMPACT)) {
                byte[] revision = new byte[value.remaining()];
                value.get(revision);
                compactRevision = Math.max(compactRevision, EtcdKeys.main(revision));
            }
        }
    }

    private void auth(Bytes name, ByteBuffer value) throws EtcdRecordException {
        if (name.equals(EtcdBuckets.AUTH_ENABLED)) {
            authEnabled = value.remaining() == 1 && value.get() == 1;
        } else if (name.equals(EtcdBuckets.AUTH_REVISION)) {
            if (value.remaining() != MAX_NUMBER_BYTES) {
                throw new EtcdRecordException("the auth revision has " + value.remaining() + " bytes");
            }
            authRevision = value.getLong();
        }
    }

    /** @throws EtcdRecordException if what was read is a database, but none of etcd's */
    void requireEtcd() throws EtcdRecordException {
        if (!anyBucket) {
            throw new EtcdRecordException("it is a database without etcd's bucket of keys");
        }
    }

    List<EtcdLease> leases() {
        return leases;
    }

    List<User> users() {
        return users;
    }

    List<Role> roles() {
        return roles;
    }

    List<Alarm> alarms() {
        return alarms;
    }

    boolean authEnabled() {
        return authEnabled;
    }

    long authRevision() {
        return authRevision;
    }

    /** -1 if nothing was ever compacted. */
    long compactRevision() {
        return compactRevision > 0 ? compactRevision : -1;
    }

    /** The newest revision of an entry, also one without a key; 0 if there is none. */
    long lastRevision() {
        return last.main();
    }
}
