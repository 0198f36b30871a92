package dev.mainstay.node.etcdsnapshot;

import dev.mainstay.node.auth.Role;
import dev.mainstay.node.auth.User;
import dev.mainstay.node.etcdformat.EtcdLease;
import dev.mainstay.node.etcdformat.EtcdRecordException;
import dev.mainstay.node.mvcc.KeyVersion;
import java.io.IOException;
import java.util.List;

/** What a snapshot holds, for who takes it over bit by bit: all but the keys in memory, those one after the other. */
public final class SnapshotContents {

    private final SnapshotFile file;
    private final EtcdContent rest;

    private SnapshotContents(SnapshotFile file, EtcdContent rest) {
        this.file = file;
        this.rest = rest;
    }

    /** Where versions of keys go. */
    public interface Versions {

        /** One version; they come by revision. */
        void version(KeyVersion version) throws IOException;
    }

    /**
     * Reads all but the keys. The file stays the caller's to close.
     *
     * @throws SnapshotException if the file is damaged, or none of etcd's
     */
    public static SnapshotContents of(SnapshotFile file) throws IOException {
        EtcdContent content = new EtcdContent(_ -> {});
        file.visit(content);
        try {
            content.requireEtcd();
        } catch (EtcdRecordException e) {
            throw new SnapshotException("the file can't be used: " + e.getMessage(), e);
        }
        return new SnapshotContents(file, content);
    }

    /** Shows every version of every key. */
    public void versions(Versions visitor) throws IOException {
        file.visit(new EtcdContent(visitor::version));
    }

    /** The newest revision, at least 1. */
    public long revision() {
        return Math.max(1, Math.max(rest.lastRevision(), rest.compactRevision()));
    }

    /** -1 if nothing was ever compacted. */
    public long compactRevision() {
        return rest.compactRevision();
    }

    /** All leases. */
    public List<EtcdLease> leases() {
        return rest.leases();
    }

    /** All users, with the hashes of their passwords. */
    public List<User> users() {
        return rest.users();
    }

    /** All roles. */
    public List<Role> roles() {
        return rest.roles();
    }

    /** Whether callers must say who they are. */
    public boolean authEnabled() {
        return rest.authEnabled();
    }

    /** The revision of users and roles. */
    public long authRevision() {
        return rest.authRevision();
    }
}
