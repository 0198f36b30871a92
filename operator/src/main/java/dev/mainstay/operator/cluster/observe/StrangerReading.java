package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.Bootstrap;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.desired.Joining;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.member.ClientIdentity;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberApi;
import dev.mainstay.operator.member.MemberCallException;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at the members of a cluster that ours join. */
final class StrangerReading {

    private static final String SECURE = "https://";

    /** Since the API server lets nobody change {@code spec.bootstrap}. */
    private static final String ANEW = ". Delete this EtcdCluster, which has no members yet, and make one ";

    private final KubernetesClient kubernetes;
    private final MemberApi members;

    StrangerReading(KubernetesClient kubernetes, MemberApi members) {
        this.kubernetes = kubernetes;
        this.members = members;
    }

    /**
     * What there is to see.
     *
     * @param clusterId the cluster that it is known to be; null before
     * @param ask asks them all at once
     */
    Strangers read(
            EtcdCluster cluster,
            @Nullable String clusterId,
            Function<SortedMap<String, Endpoint>, SortedMap<String, MemberApi.Answer>> ask) {
        Bootstrap.FromExisting existing = Joining.underWay(cluster).orElse(null);
        if (existing == null) {
            return Strangers.NONE;
        }
        boolean leave = Joining.mayLeave(cluster, existing);
        Map<String, String> secret = Map.of();
        if (existing.tlsSecretRef() != null) {
            String name = existing.tlsSecretRef().name();
            Secret found = kubernetes
                    .secrets()
                    .inNamespace(cluster.getMetadata().getNamespace())
                    .withName(name)
                    .get();
            if (found == null) {
                return Strangers.unreachable(
                        "there is no secret " + name + " in this namespace: create it with ca.crt, tls.crt and tls.key",
                        leave);
            }
            secret = SecretData.of(found);
            if (secret.containsKey("tls.crt") != secret.containsKey("tls.key")) {
                return Strangers.unreachable(
                        "secret " + name + " has one of tls.crt and tls.key: put both there, or neither", leave);
            }
        }
        SortedMap<String, Endpoint> endpoints = new TreeMap<>();
        for (String url : existing.endpoints()) {
            Endpoint endpoint = endpoint(url, secret);
            if (endpoint == null) {
                return Strangers.unreachable(
                        "'" + url + "' of bootstrap.existing.endpoints is no URL like https://HOST:2379" + ANEW
                                + "with the right one",
                        leave);
            }
            endpoints.put(url, endpoint);
        }
        Strangers strangers =
                new Strangers(true, "", leave, endpoints, new TreeMap<>()).saying(ask.apply(endpoints), clusterId);
        return clusterId == null ? strangers.with(problem(cluster, strangers).orElse("")) : strangers;
    }

    private static @Nullable Endpoint endpoint(String url, Map<String, String> secret) {
        try {
            URI uri = new URI(url);
            boolean secure = url.startsWith(SECURE);
            if (uri.getHost() == null || uri.getPort() < 0 || !(secure || url.startsWith("http://"))) {
                return null;
            }
            ClientIdentity identity = new ClientIdentity(
                    secret.getOrDefault("ca.crt", ""),
                    secret.getOrDefault("tls.crt", ""),
                    secret.getOrDefault("tls.key", ""));
            return new Endpoint(uri.getHost() + ":" + uri.getPort(), "", uri.getHost(), secure ? identity : null);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** Why it can't be joined, as far as it says. */
    private Optional<String> problem(EtcdCluster cluster, Strangers strangers) {
        Set<String> ids = strangers.answers().values().stream()
                .map(MemberApi.Answer::clusterId)
                .collect(Collectors.toCollection(TreeSet::new));
        if (ids.size() > 1) {
            return Optional.of("the members at bootstrap.existing.endpoints are of several clusters, "
                    + String.join(" and ", ids) + ANEW + "with those of one");
        }
        for (Map.Entry<String, MemberApi.Answer> entry : strangers.answers().entrySet()) {
            Endpoint endpoint = strangers.endpoints().get(entry.getKey());
            Optional<String> stranger = endpoint == null ? Optional.empty() : stranger(entry.getKey(), endpoint);
            if (stranger.isPresent()) {
                return stranger;
            }
            boolean secure = Names.secure(cluster);
            Optional<MemberApi.Line> other = entry.getValue().list().stream()
                    .filter(line -> line.peerUrl().startsWith(SECURE) != secure)
                    .findFirst();
            if (other.isPresent()) {
                return Optional.of("member " + other.get().id() + " of the cluster that is to be joined is reached by"
                        + " the others at " + other.get().peerUrl() + ", so ours must speak "
                        + (secure ? "without TLS, too" : "TLS, too") + ANEW + "with spec.tls.mode "
                        + (secure ? "Disabled" : "Required"));
            }
        }
        return Optional.empty();
    }

    /** Who isn't one of Mainstay's, or doesn't say so now. */
    private Optional<String> stranger(String url, Endpoint endpoint) {
        try {
            return members.isMainstay(endpoint)
                    ? Optional.empty()
                    : Optional.of(url + " isn't a member of Mainstay's, which ours could join" + ANEW
                            + "with bootstrap.existing.mode Mirror, which takes data over from any etcd");
        } catch (MemberCallException e) {
            return Optional.of("it isn't known yet whether " + url + " is a member of Mainstay's: " + e.getMessage());
        }
    }
}
