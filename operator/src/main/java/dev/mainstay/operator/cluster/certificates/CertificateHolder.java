package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.cluster.desired.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who has a certificate of the cluster's authority.
 *
 * @param name tells it from others: the member's name, or the secret's
 * @param secret its secret
 * @param commonName whose the certificate is; a user's name to clusters with users
 * @param names host names and addresses; empty for a client's
 * @param owner what it goes with
 */
public record CertificateHolder(String name, String secret, String commonName, List<String> names, HasMetadata owner) {

    /** The user who may do all. */
    private static final String OPERATOR = "root";

    private static final String APPLICATION = "client";

    public CertificateHolder {
        names = List.copyOf(names);
    }

    /** The operator, applications, and each member. */
    public static List<CertificateHolder> all(EtcdCluster cluster, Collection<EtcdMember> members) {
        String name = cluster.getMetadata().getName();
        List<CertificateHolder> holders = new ArrayList<>();
        holders.add(client(cluster, Names.operator(name), OPERATOR));
        holders.add(client(cluster, Names.client(name), APPLICATION));
        for (EtcdMember member : members) {
            String memberName = member.getMetadata().getName();
            holders.add(new CertificateHolder(
                    memberName,
                    Names.certificate(memberName),
                    MemberCertificate.COMMON_NAME,
                    MemberCertificate.names(cluster, memberName),
                    member));
        }
        return holders;
    }

    private static CertificateHolder client(EtcdCluster cluster, String secret, String commonName) {
        return new CertificateHolder(secret, secret, commonName, List.of(), cluster);
    }
}
