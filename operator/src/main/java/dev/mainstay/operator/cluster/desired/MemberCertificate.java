package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.Tls;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A member's certificate: its names, and the files that it is in. Pure. */
public final class MemberCertificate {

    /** Common name of members' certificates, and of no others'. */
    public static final String COMMON_NAME = "mainstay-member";

    /** Key of the certificate, in secrets and as a file. */
    public static final String CERTIFICATE = "tls.crt";

    /** Key of the private key, in secrets and as a file. */
    public static final String KEY = "tls.key";

    /** Key of the authorities to trust, in secrets and as a file. */
    public static final String AUTHORITIES = "ca.crt";

    /** Key of the certificate for peers, where it isn't the one for clients. */
    public static final String PEER_CERTIFICATE = "peer.crt";

    /** Key of the private key for peers, where it isn't the one for clients. */
    public static final String PEER_KEY = "peer.key";

    /** Where members find them. */
    static final String FOLDER = "/tls";

    private static final String CLUSTER_DOMAIN = ".cluster.local";

    private MemberCertificate() {}

    /** The same for a member that may be reached from outside, too. */
    public static List<String> names(EtcdCluster cluster, EtcdMember member) {
        List<String> names = new ArrayList<>(names(cluster, member.getMetadata().getName()));
        String url = member.getStatus() == null ? null : member.getStatus().externalURL();
        OuterAddress.host(url).ifPresent(names::add);
        return names;
    }

    /** What peers and clients may call the member: its own host name first, then the service's, then what the spec adds. */
    public static List<String> names(EtcdCluster cluster, String member) {
        String service = cluster.getMetadata().getName();
        String inNamespace = service + "." + cluster.getMetadata().getNamespace();
        List<String> names = new ArrayList<>();
        names.add(Names.host(cluster, member));
        names.add(Names.host(cluster, member) + CLUSTER_DOMAIN);
        names.add(service);
        names.add(inNamespace);
        names.add(inNamespace + ".svc");
        names.add(inNamespace + ".svc" + CLUSTER_DOMAIN);
        names.add("localhost");
        names.add("127.0.0.1");
        names.addAll(
                Objects.requireNonNullElse(cluster.getSpec().tls(), Tls.DEFAULT).extraServerNames());
        return names;
    }
}
