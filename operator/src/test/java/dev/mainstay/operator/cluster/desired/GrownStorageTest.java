package dev.mainstay.operator.cluster.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How large volumes have become, as their claims tell. */
class GrownStorageTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final long GIB = 1L << 30;

    private final EtcdCluster cluster = cluster("4Gi", "01234567-89ab");

    @Test
    void claimsThatHaveGrownSaySoUntilTheSpecSaysSomethingElse() {
        PersistentVolumeClaim grown = GrownStorage.grown(cluster, claim(cluster), 5 * GIB);

        assertThat(size(GrownStorage.of(cluster, List.of(claim(cluster), grown))))
                .isEqualTo(5 * GIB);
        assertThat(cluster.getSpec().storage().size()).isEqualTo(new Quantity("4Gi"));
        EtcdCluster larger = cluster("4608Mi", "01234567-89ab");
        assertThat(GrownStorage.of(larger, List.of(grown))).isSameAs(larger);
    }

    @Test
    void claimsThatSomebodyEnlargedByHandAreOfNoAccount() {
        PersistentVolumeClaim enlarged = new PersistentVolumeClaimBuilder(claim(cluster))
                .editSpec()
                .editResources()
                .addToRequests("storage", new Quantity("9Gi"))
                .endResources()
                .endSpec()
                .build();

        assertThat(GrownStorage.of(cluster, List.of(enlarged))).isSameAs(cluster);
    }

    @Test
    void claimsOfAClusterThatHadTheNameBeforeAreOfNoAccount() {
        EtcdCluster before = cluster("4Gi", "ffffffff-89ab");
        PersistentVolumeClaim grown = GrownStorage.grown(before, claim(before), 5 * GIB);

        assertThat(GrownStorage.of(cluster, List.of(grown))).isSameAs(cluster);
    }

    @Test
    void refusalIsRememberedForAWhileAndForgottenWithTheSize() {
        PersistentVolumeClaim refused = GrownStorage.refused(claim(cluster), 5 * GIB, NOW, "not in this class");
        GrownStorage.Refusal refusal = GrownStorage.refusal(refused).orElseThrow();

        assertThat(refusal).isEqualTo(new GrownStorage.Refusal(5 * GIB, NOW, "not in this class"));
        assertThat(refusal.stands(NOW.plusSeconds(599))).isTrue();
        assertThat(refusal.stands(NOW.plusSeconds(600))).isFalse();
        assertThat(GrownStorage.refusal(GrownStorage.grown(cluster, refused, 5 * GIB)))
                .isEmpty();
        assertThat(GrownStorage.refusal(claim(cluster))).isEmpty();
    }

    @Test
    void nonsenseInAnAnnotationIsNoRefusal() {
        for (String text : List.of("", "5", "x y z", "99999999999 yesterday because", "99999999999999999999999 y z")) {
            PersistentVolumeClaim claim = new PersistentVolumeClaimBuilder(claim(cluster))
                    .editMetadata()
                    .addToAnnotations("mainstay.dev/refused-size", text)
                    .endMetadata()
                    .build();

            assertThat(GrownStorage.refusal(claim)).as(text).isEmpty();
        }
    }

    private static long size(EtcdCluster of) {
        return Quantities.bytes(of.getSpec().storage().size());
    }

    private static PersistentVolumeClaim claim(EtcdCluster of) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(Names.volume(of, "a-1"))
                .withLabels(Names.labels("a", "a-1"))
                .endMetadata()
                .withNewSpec()
                .withNewResources()
                .addToRequests("storage", new Quantity("4Gi"))
                .endResources()
                .endSpec()
                .build();
    }

    private static EtcdCluster cluster(String size, String uid) {
        return Serialization.unmarshal("""
                metadata: {name: a, namespace: test, uid: %s}
                spec:
                  storage: {size: %s}
                """.formatted(uid, size), EtcdCluster.class);
    }
}
