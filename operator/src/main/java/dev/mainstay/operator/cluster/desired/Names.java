package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Tls;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What things of a cluster are called, and where members listen. */
public final class Names {

    /** Client port of members. */
    public static final int CLIENT_PORT = 2379;

    /** Peer port of members. */
    public static final int PEER_PORT = 2380;

    /** Port of health checks and metrics, always without TLS. */
    public static final int METRICS_PORT = 2381;

    private Names() {}

    /** The member with this number. */
    public static String member(String cluster, int number) {
        return cluster + "-" + number;
    }

    /** A member's number; 0 if the name isn't a member's. */
    public static int number(String cluster, String member) {
        String digits = member.startsWith(cluster + "-") ? member.substring(cluster.length() + 1) : "";
        return digits.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(digits) : 0;
    }

    /** The headless service that gives members their host names. */
    public static String headless(String cluster) {
        return cluster + "-members";
    }

    /** The member's volume; named after this very cluster, so that one of the same name never takes it up. */
    public static String volume(EtcdCluster cluster, String member) {
        String uid = Objects.requireNonNullElse(cluster.getMetadata().getUid(), "");
        return member + "-" + uid.substring(0, Math.min(8, uid.length()));
    }

    /** The secret with the cluster's authority, and the ConfigMap with the certificates of the authorities to trust. */
    public static String authority(String cluster) {
        return cluster + "-ca";
    }

    /** The ConfigMap with the cluster's dashboard. */
    public static String dashboard(String cluster) {
        return cluster + "-dashboard";
    }

    /** The secret with a client's certificate, for applications. */
    public static String client(String cluster) {
        return cluster + "-client";
    }

    /** The secret with the operator's own certificate. */
    public static String operator(String cluster) {
        return cluster + "-operator";
    }

    /** The secret with the password of user root, unless the spec names another. */
    public static String root(String cluster) {
        return cluster + "-root";
    }

    /** The secret with the password that was made for a user. */
    public static String password(String user) {
        return user + "-password";
    }

    /** The secret with a member's certificate. */
    public static String certificate(String member) {
        return member + "-tls";
    }

    /** The service that clients outside of the Kubernetes cluster reach a member by. */
    public static String outer(String member) {
        return member + "-external";
    }

    /** Host name of a member. */
    public static String host(EtcdCluster cluster, String member) {
        return member + "." + headless(cluster.getMetadata().getName()) + "."
                + cluster.getMetadata().getNamespace() + ".svc";
    }

    /** Who makes certificates. */
    public static Tls.Issuance issuance(EtcdCluster cluster) {
        return Objects.requireNonNullElse(cluster.getSpec().tls(), Tls.DEFAULT).issuance();
    }

    /** The secret that cert-manager puts into what is then copied to {@code secret}; its Certificate has the same name. */
    public static String issued(String secret) {
        return secret + "-issued";
    }

    /** Whether members and clients talk TLS. */
    public static boolean secure(EtcdCluster cluster) {
        Tls tls = cluster.getSpec().tls();
        return tls == null || tls.mode() == Tls.Mode.REQUIRED;
    }

    private static String scheme(EtcdCluster cluster) {
        return secure(cluster) ? "https://" : "http://";
    }

    /** Where others reach the member's peer port. */
    public static String peerUrl(EtcdCluster cluster, String member) {
        return scheme(cluster) + host(cluster, member) + ":" + PEER_PORT;
    }

    /** Where clients reach the member. */
    public static String clientUrl(EtcdCluster cluster, String member) {
        return scheme(cluster) + host(cluster, member) + ":" + CLIENT_PORT;
    }

    /** What members of one incarnation share. */
    public static String token(EtcdCluster cluster, int incarnation) {
        return cluster.getMetadata().getNamespace() + "."
                + cluster.getMetadata().getName() + "." + cluster.getMetadata().getUid() + "." + incarnation;
    }

    /** Labels of all that belongs to the cluster. */
    public static Map<String, String> labels(String cluster) {
        Map<String, String> labels = new TreeMap<>();
        labels.put("app.kubernetes.io/managed-by", "mainstay-operator");
        labels.put("app.kubernetes.io/name", "mainstay");
        labels.put("app.kubernetes.io/instance", cluster);
        labels.put(MainstayApi.CLUSTER_LABEL, cluster);
        return labels;
    }

    /** Labels of all that belongs to a member. */
    public static Map<String, String> labels(String cluster, String member) {
        Map<String, String> labels = labels(cluster);
        labels.put(MainstayApi.MEMBER_LABEL, member);
        return labels;
    }

    /** Owner of what goes together with {@code owner}. */
    public static OwnerReference owner(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
