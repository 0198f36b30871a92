package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterSpec;
import dev.mainstay.api.v1alpha1.NodeConfig;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.api.v1alpha1.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The flags of a member's process. */
final class NodeArguments {

    /** Where members keep their data. */
    static final String DATA_DIRECTORY = "/data/member";

    private static final long GIB = 1L << 30;
    /** A node counts samples per million, the API per mille. */
    private static final int PER_MILLION = 1000;

    private static final String ANY = "0.0.0.0:";

    private NodeArguments() {}

    /**
     * Flags of {@code member}, which begins with {@code peers} (name=url) in a new or an existing cluster.
     *
     * @param outer where clients outside reach it; null for nowhere
     */
    static List<String> of(
            EtcdCluster cluster,
            String member,
            int incarnation,
            boolean founds,
            List<String> peers,
            @Nullable String outer) {
        EtcdClusterSpec spec = cluster.getSpec();
        String scheme = Names.secure(cluster) ? "https://" : "http://";
        List<String> flags = new ArrayList<>();
        flags.add("--name=" + member);
        flags.add("--data-dir=" + DATA_DIRECTORY);
        flags.add("--listen-client-urls=" + scheme + ANY + Names.CLIENT_PORT);
        flags.add("--listen-peer-urls=" + scheme + ANY + Names.PEER_PORT);
        flags.add("--listen-metrics-urls=http://" + ANY + Names.METRICS_PORT);
        flags.add("--advertise-client-urls=" + Names.clientUrl(cluster, member) + (outer == null ? "" : "," + outer));
        flags.add("--initial-advertise-peer-urls=" + Names.peerUrl(cluster, member));
        flags.add("--initial-cluster=" + String.join(",", peers));
        flags.add("--initial-cluster-state=" + (founds ? "new" : "existing"));
        flags.add("--initial-cluster-token=" + Names.token(cluster, incarnation));
        if (Names.secure(cluster)) {
            flags.addAll(certificates(Objects.requireNonNullElse(spec.tls(), Tls.DEFAULT)));
        }
        flags.add("--quota-backend-bytes=" + quota(spec));
        NodeConfig config = spec.config();
        if (config != null) {
            flags.add("--heartbeat-interval=" + config.heartbeatMilliseconds());
            flags.add("--election-timeout=" + config.electionTimeoutMilliseconds());
            if (config.snapshotCount() != null) {
                flags.add("--snapshot-count=" + config.snapshotCount());
            }
            if (config.maxRequestSize() != null) {
                flags.add("--max-request-bytes=" + Quantities.bytes(config.maxRequestSize()));
            }
            if (config.autoCompaction() != null) {
                flags.add("--auto-compaction-mode="
                        + config.autoCompaction().mode().flag());
                flags.add(
                        "--auto-compaction-retention=" + config.autoCompaction().retention());
            }
        }
        flags.addAll(tracing(spec.tracing(), member));
        spec.extraArgs().forEach(argument -> flags.add("--" + argument.name() + "=" + argument.value()));
        return flags;
    }

    /** Files that the member's secret becomes. Only members may call members: clients' certificates, of the same authority, have other names. */
    private static List<String> certificates(Tls tls) {
        String files = MemberCertificate.FOLDER + "/";
        boolean own = tls.issuance() == Tls.Issuance.SELF_MANAGED;
        List<String> flags = new ArrayList<>(List.of(
                "--cert-file=" + files + MemberCertificate.CERTIFICATE,
                "--key-file=" + files + MemberCertificate.KEY,
                "--peer-cert-file=" + files
                        + (own ? MemberCertificate.CERTIFICATE : MemberCertificate.PEER_CERTIFICATE),
                "--peer-key-file=" + files + (own ? MemberCertificate.KEY : MemberCertificate.PEER_KEY),
                "--peer-trusted-ca-file=" + files + MemberCertificate.AUTHORITIES,
                "--peer-client-cert-auth=true",
                "--peer-cert-allowed-cn=" + MemberCertificate.COMMON_NAME));
        if (tls.clientAuthentication() == Tls.ClientAuthentication.REQUIRED) {
            flags.add("--trusted-ca-file=" + files + MemberCertificate.AUTHORITIES);
            flags.add("--client-cert-auth=true");
        }
        return flags;
    }

    /** Where members send traces; they speak gRPC without TLS, and don't want a scheme. */
    private static List<String> tracing(@Nullable Tracing tracing, String member) {
        return tracing == null
                ? List.of()
                : List.of(
                        "--enable-distributed-tracing",
                        "--distributed-tracing-address="
                                + tracing.endpoint()
                                        .replaceFirst("^http://", "")
                                        .replaceFirst("/$", ""),
                        "--distributed-tracing-instance-id=" + member,
                        "--distributed-tracing-sampling-rate=" + tracing.samplePerMille() * PER_MILLION);
    }

    /** Bytes beyond which members refuse writes: as said, or three quarters of the volume, 8 GiB at most. */
    static long quota(EtcdClusterSpec spec) {
        NodeConfig config = spec.config();
        if (config != null && config.backendQuota() != null) {
            return Quantities.bytes(config.backendQuota());
        }
        return Math.min(8 * GIB, Quantities.bytes(spec.storage().size()) / 4 * 3);
    }
}
