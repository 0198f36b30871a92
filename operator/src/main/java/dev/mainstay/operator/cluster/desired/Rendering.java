package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this operator makes of a cluster's spec when it makes a pod. Pure.
 *
 * @param revision tells operators apart that make other pods of the same spec
 * @param podHash hash of the pod, but for what the archive adds
 * @param archiveHash hash of what that is; null for nothing
 * @param contents hash of what stands in files that a member reads once; empty for nothing. That is nobody's idea of a pod, and never frozen
 */
public record Rendering(
        String revision, String podHash, @Nullable String archiveHash, String contents) {

    /** Clusters that use what makes pods differ. */
    private static final List<EtcdCluster> SAMPLES = List.of(sample("storage: {size: 1Gi}"), sample("""
                    storage: {size: 1Gi, type: EmptyDir}
                    tls: {mode: Disabled}
                    """), sample("""
                    storage: {size: 64Gi}
                    tls:
                      issuance: Provided
                      clientAuthentication: Optional
                      provided: {caSecretRef: {name: a}, serverSecretRef: {name: b}, peerSecretRef: {name: c}, clientSecretRef: {name: d}}
                    image: {digest: "sha256:0", pullSecretRefs: [{name: p}]}
                    config:
                      autoCompaction: {mode: Periodic, retention: 1h}
                      snapshotCount: 10000
                      heartbeatMilliseconds: 100
                      electionTimeoutMilliseconds: 1000
                      maxRequestSize: 1Mi
                    extraArgs: [{name: n, value: v}]
                    tracing: {endpoint: "http://collector:4317", samplePerMille: 10}
                    podTemplate:
                      metadata: {labels: {l: l}, annotations: {a: a}}
                      spec:
                        resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}
                        tolerations: [{key: k}]
                        nodeSelector: {n: s}
                        priorityClassName: p
                        schedulerName: s
                        serviceAccountName: s
                        terminationGracePeriodSeconds: 30
                        extraContainers: [{name: e}]
                        extraVolumes: [{name: v}]
                    """));

    /**
     * How an operator makes pods: the same for operators that make the same pods.
     *
     * @param repository of images whose spec names none
     * @param version the operator's own
     */
    public static String revision(String repository, String version) {
        List<Object> made = new ArrayList<>(List.of(version));
        SAMPLES.forEach(cluster -> made.add(new DesiredPod(cluster, repository, null).sample()));
        return Hashes.object(made);
    }

    /** Of a cluster's pods as they would be made now. */
    public static Rendering of(String revision, EtcdCluster cluster, String repository, @Nullable ArchivePart archive) {
        return new Rendering(
                revision,
                new DesiredPod(cluster, repository, null).templateHash(),
                archive == null ? null : archive.shape(),
                archive == null ? "" : archive.readOnce());
    }

    private static EtcdCluster sample(String spec) {
        return Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdCluster
                        metadata: {name: sample, namespace: sample, uid: sample}
                        spec:
                          replicas: 3
                          version: 0.0.0
                        """ + spec.indent(2), EtcdCluster.class);
    }
}
