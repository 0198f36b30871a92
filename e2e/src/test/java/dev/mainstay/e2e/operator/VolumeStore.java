package dev.mainstay.e2e.operator;

/** A store of backups on a volume. */
final class VolumeStore {

    private VolumeStore() {}

    /** Makes {@code etcdbackupstore/volume}, on the claim {@code backups}. */
    static void make(Kubectl kubectl) {
        kubectl.apply("""
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: backups}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
                ---
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdBackupStore
                metadata: {name: volume}
                spec: {volume: {claimName: backups, path: etcd}}
                """);
    }
}
