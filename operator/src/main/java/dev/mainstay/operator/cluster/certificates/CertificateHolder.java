package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.api.v1alpha1.EtcdUserSpec;
import dev.mainstay.operator.cluster.desired.Claims;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.cluster.desired.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

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
    static final String OPERATOR = "root";

    private static final String APPLICATION = "client";

    public CertificateHolder {
        names = List.copyOf(names);
    }

    /** The operator, applications, each member, and each user who is known by a certificate. */
    public static List<CertificateHolder> all(
            EtcdCluster cluster, Collection<EtcdMember> members, Collection<EtcdUser> users) {
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
                    MemberCertificate.names(cluster, member),
                    member));
        }
        for (EtcdUser user : users) {
            String secret = secret(user);
            if (wants(cluster, user, users)
                    && !secret.equals(Names.authority(name))
                    && holders.stream().noneMatch(holder -> holder.secret().equals(secret))) {
                holders.add(new CertificateHolder(secret, secret, user.getSpec().userName(), List.of(), user));
            }
        }
        return holders;
    }

    /** The secret that a user's certificate is put into. */
    public static String secret(EtcdUser user) {
        return Objects.requireNonNullElse(
                user.getSpec().certificateSecretName(),
                Names.certificate(user.getMetadata().getName()));
    }

    /** Names that a certificate must not have unless it is the operator's or a member's: whoever shows it would be taken for them. */
    public static boolean reserved(String userName) {
        return userName.equals(OPERATOR) || userName.equals(MemberCertificate.COMMON_NAME);
    }

    private static boolean wants(EtcdCluster cluster, EtcdUser user, Collection<EtcdUser> users) {
        String userName = user.getSpec().userName();
        return user.getSpec().authentication() == EtcdUserSpec.Authentication.CERTIFICATE
                && user.getMetadata().getDeletionTimestamp() == null
                && !userName.isEmpty()
                && !reserved(userName)
                && Claims.user(users, cluster.getMetadata().getName(), userName)
                        .filter(first -> first.getMetadata()
                                .getName()
                                .equals(user.getMetadata().getName()))
                        .isPresent();
    }

    private static CertificateHolder client(EtcdCluster cluster, String secret, String commonName) {
        return new CertificateHolder(secret, secret, commonName, List.of(), cluster);
    }
}
