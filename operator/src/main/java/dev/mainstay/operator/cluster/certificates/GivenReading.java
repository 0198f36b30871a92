package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.cluster.trust.AuthorityView;
import dev.mainstay.operator.cluster.trust.Ca;
import dev.mainstay.operator.cluster.trust.GivenEngine;
import dev.mainstay.operator.cluster.trust.GivenEngine.Place;
import dev.mainstay.operator.cluster.trust.Holder;
import dev.mainstay.operator.cluster.trust.Running;
import dev.mainstay.operator.cluster.trust.TrustView;
import dev.mainstay.operator.member.TlsInUse;
import dev.mainstay.operator.pki.Credential;
import dev.mainstay.operator.pki.Pem;
import dev.mainstay.operator.pki.PkiException;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What members and clients have, and should have, of certificates that somebody else made. Pure. */
public final class GivenReading {

    private final Given given;
    private final TrustObjects objects;
    private final List<CertificateHolder> holders;
    private final Map<String, Place> places;
    private final List<Running> running;
    private final List<String> trusted;
    private final String bundle;

    /**
     * Reads.
     *
     * @param holders who has, or needs, a certificate
     * @param objects the secrets that they use
     * @param given what is to be had
     * @param inUse what members that have pods say they use, by name
     */
    public GivenReading(
            List<CertificateHolder> holders, TrustObjects objects, Given given, SortedMap<String, TlsInUse> inUse) {
        this.given = given;
        this.objects = objects;
        this.holders = List.copyOf(holders);
        this.places = holders.stream()
                .map(this::place)
                .collect(Collectors.toMap(Place::name, Function.identity(), (first, second) -> first, TreeMap::new));
        this.running = inUse.entrySet().stream()
                .map(entry -> new Running(
                        entry.getKey(),
                        entry.getValue().serials().isEmpty()
                                ? Set.of()
                                : Set.of(joined(entry.getValue().serials())),
                        entry.getValue().bundles()))
                .toList();
        this.trusted = given.authorities().isEmpty()
                ? places.values().stream()
                        .flatMap(place -> place.bundle().stream())
                        .distinct()
                        .toList()
                : GivenEngine.bundle(given.authorities(), List.copyOf(places.values()), running);
        this.bundle = String.join("", trusted);
    }

    /** The authorities to trust now, PEM. */
    public String bundle() {
        return bundle;
    }

    /** Members that don't trust them yet. */
    public Set<String> late() {
        return GivenEngine.late(running, SecretData.hash(bundle));
    }

    /** Whether the cluster can do without this one: a user is told by its own object. */
    public boolean spare(CertificateHolder holder) {
        return holder.owner() instanceof EtcdUser;
    }

    /** What should be in a holder's secret now; empty while there is nothing to put there. */
    public Optional<Map<String, String>> wanted(CertificateHolder holder) {
        Place place = place(holder);
        Given.Leaves leaves = given.leaves().get(holder.name());
        if (leaves != null
                && GivenEngine.mayShow(
                        place, List.copyOf(places.values()), running, trusted, SecretData.hash(bundle))) {
            return Optional.of(content(holder, leaves));
        }
        Secret found = objects.secrets().get(holder.secret());
        return found == null || place.leaf().isEmpty()
                ? Optional.empty()
                : Optional.of(content(holder, leaves(SecretData.of(found))));
    }

    private Map<String, String> content(CertificateHolder holder, Given.Leaves leaves) {
        Map<String, String> data = new TreeMap<>();
        data.put(MemberCertificate.CERTIFICATE, leaves.serving().certificate());
        data.put(MemberCertificate.KEY, leaves.serving().key());
        if (!holder.names().isEmpty()) {
            data.put(MemberCertificate.PEER_CERTIFICATE, leaves.peer().certificate());
            data.put(MemberCertificate.PEER_KEY, leaves.peer().key());
        }
        data.put(MemberCertificate.AUTHORITIES, bundle);
        return data;
    }

    /** Whether a secret has exactly this content. */
    public static boolean same(@Nullable Secret secret, Map<String, String> content) {
        return secret != null && SecretData.holds(SecretData.of(secret), content);
    }

    private Place place(CertificateHolder holder) {
        Secret secret = objects.secrets().get(holder.secret());
        Map<String, String> data = secret == null ? Map.of() : SecretData.of(secret);
        Given.Leaves wanted = given.leaves().get(holder.name());
        return new Place(
                holder.name(),
                serials(leaves(data)),
                certificates(data.getOrDefault(MemberCertificate.AUTHORITIES, "")).stream()
                        .map(Pem::of)
                        .toList(),
                wanted == null ? null : serials(wanted));
    }

    private static Given.Leaves leaves(Map<String, String> data) {
        Credential serving = new Credential(
                data.getOrDefault(MemberCertificate.CERTIFICATE, ""), data.getOrDefault(MemberCertificate.KEY, ""));
        Credential peer = new Credential(
                data.getOrDefault(MemberCertificate.PEER_CERTIFICATE, serving.certificate()),
                data.getOrDefault(MemberCertificate.PEER_KEY, serving.key()));
        return new Given.Leaves(serving, peer);
    }

    private static String serials(Given.Leaves leaves) {
        return joined(shown(leaves)
                .map(certificate -> certificate.getSerialNumber().toString(16))
                .collect(Collectors.toSet()));
    }

    private static Stream<X509Certificate> shown(Given.Leaves leaves) {
        return Stream.of(leaves.serving(), leaves.peer())
                .flatMap(leaf -> certificates(leaf.certificate()).stream().limit(1));
    }

    private static String joined(Set<String> serials) {
        return String.join("+", new TreeSet<>(serials));
    }

    private static List<X509Certificate> certificates(String text) {
        try {
            return Pem.certificates(text);
        } catch (PkiException e) {
            return List.of();
        }
    }

    /** For the report: how it was before what is brought now. */
    public TrustView view(EtcdCluster cluster, Instant now) {
        String hash = SecretData.hash(bundle);
        Instant end = certificates(bundle).stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElse(now);
        return new TrustView(
                now,
                TrustReading.policy(cluster),
                null,
                bundle.isEmpty() ? null : new AuthorityView(new Ca(hash, end), null, null, null, hash),
                holders.stream().map(this::view).toList(),
                true,
                running);
    }

    private Holder view(CertificateHolder holder) {
        Secret secret = objects.secrets().get(holder.secret());
        Given.Leaves leaves = leaves(secret == null ? Map.of() : SecretData.of(secret));
        return new Holder(
                holder.name(),
                shown(leaves)
                        .map(certificate -> certificate.getNotAfter().toInstant())
                        .min(Comparator.naturalOrder())
                        .map(end -> new Holder.Leaf(serials(leaves), "", end))
                        .orElse(null),
                "",
                true);
    }
}
